import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createGzip, constants as zlib } from "node:zlib";

/** One request on its way through a gateway. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Aborted when the client is gone. */
  gone: AbortSignal;
  /** Passes the request on and gives the head of the answer. */
  forward(): Promise<IncomingMessage>;
}

/** What a gateway makes of a request. */
export type Gateway = (exchange: Exchange) => Promise<void>;

/** Kinds of gateways that stand between clients and servers, by what they do. */
export const gateways = {
  "passes everything": pass,
  "resets every stream": onStreams(async ({ response }) => {
    response.writeHead(200, eventStream).write(": begun\n\n");
    response.socket?.resetAndDestroy();
  }),
  "answers streams with 502": onStreams(page(502)),
  "answers streams with 503": onStreams(page(503)),
  "forbids streams with 403": onStreams(page(403)),
  "cuts a stream after each event": onStreams(async ({ response, forward }) => {
    const answer = await begin(response, await forward());
    let text = "";
    for await (const chunk of answer) {
      text += chunk;
      const end = text.indexOf("\n\n");
      if (end < 0) continue;
      response.end(text.slice(0, end + 2));
      return;
    }
    response.end(text);
  }),
  "never ends a stream": onStreams(async ({ response, forward, gone }) => {
    const answer = await begin(response, await forward());
    for await (const chunk of answer) response.write(chunk);
    if (!gone.aborted) await once(gone, "abort");
  }),
  "delivers a stream in one piece, at its end": onStreams(async ({ response, forward }) => {
    const answer = await forward();
    const body = Buffer.concat(await answer.toArray());
    (await begin(response, answer)) && response.end(body);
  }),
  "is mute about streams": onStreams(async ({ forward, gone }) => {
    (await forward()).resume();
    if (!gone.aborted) await once(gone, "abort");
  }),
  "passes a stream byte by byte": onStreams(async ({ response, forward }) => {
    const answer = await begin(response, await forward());
    for await (const chunk of answer) for (const byte of chunk as Buffer) response.write(Buffer.of(byte));
    response.end();
  }),
  "compresses every answer": async ({ response, forward }) => {
    const answer = await forward();
    const { "content-length": _, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, { ...headers, "content-encoding": "gzip" });
    const packed = createGzip({ flush: zlib.Z_SYNC_FLUSH });
    packed.pipe(response);
    answer.on("error", () => response.destroy()).pipe(packed);
  },
  "gives up on held answers with 504": async (exchange) => {
    if (exchange.request.headers.prefer === undefined) return pass(exchange);
    exchange.request.resume();
    await page(504)(exchange);
  },
  "resets held answers": async (exchange) => {
    if (exchange.request.headers.prefer === undefined) return pass(exchange);
    await exchange.forward().then((answer) => answer.resume());
    exchange.response.socket?.resetAndDestroy();
  },
} satisfies Record<string, Gateway>;

export type GatewayKind = keyof typeof gateways;

const eventStream = { "content-type": "text/event-stream" };

async function pass({ response, forward }: Exchange): Promise<void> {
  const answer = await begin(response, await forward());
  answer.on("error", () => response.destroy()).pipe(response);
}

function onStreams(treat: Gateway): Gateway {
  return (exchange) =>
    exchange.request.headers.accept?.includes("text/event-stream") ? treat(exchange) : pass(exchange);
}

/** The gateway's own answer, after the server has done its work. */
function page(status: number): Gateway {
  return async ({ response, forward }) => {
    (await forward()).resume();
    response.writeHead(status, { "content-type": "text/html" });
    response.end(`<html><body><h1>${status}</h1></body></html>`);
  };
}

async function begin(response: ServerResponse, answer: IncomingMessage): Promise<IncomingMessage> {
  response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
  return answer;
}
