import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";

export interface Forwarding {
  /** Origin of the real server. */
  target: string;
  agent: Agent;
  request: IncomingMessage;
  /** The request itself, to pass its body on as it comes. */
  body: Buffer | IncomingMessage;
  signal: AbortSignal;
}

/** Passes a request on; resolves to the head of its answer. */
export function forwardRequest({
  target,
  agent,
  request,
  body,
  signal,
}: Forwarding): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onward = httpRequest(target + request.url, {
      agent,
      method: request.method,
      headers: { ...withoutHopByHop(request), host: new URL(target).host },
      signal,
    });
    onward.on("response", resolve).on("error", reject);
    if (Buffer.isBuffer(body)) onward.end(body);
    else {
      body.on("error", () => onward.destroy());
      body.pipe(onward);
    }
  });
}

/** Headers of one hop (RFC 9110, 7.6.1); the body's length and coding stay as they are. */
export function withoutHopByHop({ headers }: IncomingMessage): NodeJS.Dict<string | string[]> {
  const { connection, "keep-alive": keepAlive, ...rest } = headers;
  return rest;
}
