import { once } from "node:events";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { DrawnFault, FaultPlan } from "./fault-plan.ts";
import { forwardRequest, withoutHopByHop } from "./forward-request.ts";

/**
 * What happens to a request. `refuse`: reset before it is passed on. `reset-request`: the server gets only its beginning.
 * `reset-answer`: the server does its work, and the connection breaks before the answer is through. `truncate`: the same,
 * ended politely. `stall`: the answer stops for a while, or for good. `slow`: it comes a few bytes at a time.
 * `duplicate`: the server gets it twice, as from a gateway that tries again. `reorder`: it is held until a later one has
 * passed. `gateway`: a proxy's own HTML page instead, before or after the server did its work.
 */
export const httpFaultKinds = [
  "refuse",
  "reset-request",
  "reset-answer",
  "truncate",
  "stall",
  "slow",
  "duplicate",
  "reorder",
  "gateway",
] as const;
export type HttpFaultKind = (typeof httpFaultKinds)[number];

export interface HttpFaultProxyOptions {
  /** Origin of the real server, `http://127.0.0.1:3000` for instance. */
  target: string;
  plan: Pick<FaultPlan<HttpFaultKind>, "draw">;
  /** How many bytes of an answer pass before it is struck, at most. Default 400. */
  mostBytesBefore?: number;
  /** Longest stall, in milliseconds; a third of the stalls last until the client gives up. Default 500. */
  longestStallMs?: number;
}

export interface HttpFaultProxy extends AsyncDisposable {
  readonly origin: string;
  /** Requests that are under way now. */
  requests(): number;
  close(): Promise<void>;
}

/** Opens a proxy on a free loopback port. */
export async function openHttpFaultProxy(options: HttpFaultProxyOptions): Promise<HttpFaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const pending = new Set<Promise<void>>();
  const held = createHeldRequests();
  const server = createServer((request, response) => {
    const work = handle(request, response).catch(() => void request.socket.destroy());
    pending.add(work);
    void work.finally(() => pending.delete(work));
  });
  // A stalled answer is the fault's own affair, not this server's.
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");

  const close = async () => {
    const closed = once(server, "close");
    server.close();
    held.releaseAll();
    server.closeAllConnections();
    await closed;
    agent.destroy();
    await Promise.all(pending);
  };
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests: () => pending.size,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = options.plan.draw();
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    response.on("error", () => undefined);
    if (fault?.kind === "refuse") return void request.socket.resetAndDestroy();
    if (fault?.kind === "gateway" && fault.where < 0.5) {
      request.resume();
      return gatewayPage(response, fault);
    }
    if (fault?.kind === "reset-request") return cutRequest(request, fault, gone.signal);
    if (fault?.kind === "reorder") await held.hold(1_000 * fault.howLong, gone.signal);
    let answer: IncomingMessage;
    if (fault?.kind === "duplicate") {
      const body = Buffer.concat(await request.toArray());
      await consume(await forward(request, body, gone.signal));
      answer = await forward(request, body, gone.signal);
    } else answer = await forward(request, request, gone.signal);
    held.releaseAll();
    if (fault?.kind === "gateway") {
      await consume(answer);
      return gatewayPage(response, fault);
    }
    response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer));
    await passAnswer(answer, response, fault, gone.signal, options);
  }

  function forward(
    request: IncomingMessage,
    body: Buffer | IncomingMessage,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    return forwardRequest({ target: options.target, agent, request, body, signal });
  }

  /** Passes the head and a part of the body on, then breaks both connections. */
  async function cutRequest(
    request: IncomingMessage,
    { where }: DrawnFault<HttpFaultKind>,
    signal: AbortSignal,
  ): Promise<void> {
    const bytes = Number(request.headers["content-length"] ?? 0);
    let leftBytes = Math.floor(bytes * where * 0.9);
    const onward = httpRequest(options.target + request.url, {
      method: request.method,
      headers: { ...withoutHopByHop(request), host: new URL(options.target).host },
      signal,
    });
    onward.on("error", () => undefined);
    if (bytes === 0) onward.flushHeaders();
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const passed = chunk.subarray(0, leftBytes);
      leftBytes -= passed.length;
      if (passed.length > 0) await new Promise((resolve) => onward.write(passed, resolve));
      if (leftBytes <= 0) break;
    }
    onward.destroy();
    request.socket.resetAndDestroy();
  }
}

async function passAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  fault: DrawnFault<HttpFaultKind> | undefined,
  gone: AbortSignal,
  { mostBytesBefore = 400, longestStallMs = 500 }: HttpFaultProxyOptions,
): Promise<void> {
  let leftBytes = Math.floor((fault?.where ?? 0) * mostBytesBefore);
  let hasStalled = false;
  response.flushHeaders();
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (gone.aborted) return;
    if (fault?.kind === "slow") {
      const pieceBytes = 1 + Math.floor(fault.howLong * 40);
      for (let start = 0; start < chunk.length && !gone.aborted; start += pieceBytes) {
        response.write(chunk.subarray(start, start + pieceBytes));
        await pause(2, gone);
      }
      continue;
    }
    const passed = isStriking(fault) ? chunk.subarray(0, leftBytes) : chunk;
    leftBytes -= passed.length;
    if (passed.length > 0) response.write(passed);
    if (passed.length === chunk.length) continue;
    if (fault?.kind === "reset-answer") return void response.socket?.resetAndDestroy();
    if (fault?.kind === "truncate") return void response.socket?.end();
    if (!hasStalled) {
      const isForGood = (fault?.howLong ?? 0) > 2 / 3;
      await pause(isForGood ? 2 ** 30 : longestStallMs * (fault?.howLong ?? 0), gone);
    }
    hasStalled = true;
    leftBytes = Number.POSITIVE_INFINITY;
    if (!gone.aborted) response.write(chunk.subarray(passed.length));
  }
  // An answer shorter than the place of the fault is struck at its end.
  if (fault?.kind === "reset-answer") return void response.socket?.resetAndDestroy();
  if (fault?.kind === "truncate") return void response.socket?.end();
  response.end();
}

function isStriking(fault: DrawnFault<HttpFaultKind> | undefined): boolean {
  return fault?.kind === "reset-answer" || fault?.kind === "truncate" || fault?.kind === "stall";
}

function gatewayPage(response: ServerResponse, { howLong }: DrawnFault<HttpFaultKind>): void {
  const status = [502, 503, 504][Math.floor(howLong * 3)] ?? 502;
  response.writeHead(status, { "content-type": "text/html" });
  response.end(`<html><body><h1>${status}</h1>The gateway could not reach the server.</body></html>`);
}

async function consume(answer: IncomingMessage): Promise<void> {
  answer.resume();
  await once(answer, "close");
}

function pause(durationMs: number, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      gone.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    gone.addEventListener("abort", done);
    if (gone.aborted) done();
  });
}

/** Requests that wait until another has overtaken them, or for as long as they may. */
function createHeldRequests() {
  const waiting = new Set<() => void>();
  return {
    hold(mostMs: number, gone: AbortSignal): Promise<void> {
      const release = new AbortController();
      const onGone = () => release.abort();
      gone.addEventListener("abort", onGone);
      const overtaken = () => release.abort();
      waiting.add(overtaken);
      return pause(mostMs, release.signal).finally(() => {
        waiting.delete(overtaken);
        gone.removeEventListener("abort", onGone);
      });
    },
    releaseAll(): void {
      for (const overtaken of waiting) overtaken();
    },
  };
}
