import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Handler } from "./serve.ts";

/** Core's scripted server, a `FakeConnectServer`, as the handler of a real one: its faults cut real connections. */
export function fakeHandler(fake: { handle(request: Request): Promise<Response> }): Handler {
  return async (message, response) => {
    const scope = new AbortController();
    response.on("close", () => scope.abort());
    const request = new Request(`http://${message.headers.host}${message.url}`, {
      method: message.method ?? "GET",
      headers: message.headers as Record<string, string>,
      signal: scope.signal,
      ...(message.method === "GET" || message.method === "HEAD"
        ? {}
        : ({ body: Readable.toWeb(message), duplex: "half" } as object)),
    });
    try {
      const result = await fake.handle(request);
      response.writeHead(result.status, Object.fromEntries(result.headers));
      if (result.body) await pipeline(result.body, response, { end: false });
      response.end();
    } catch (failure) {
      // A fault says how the connection ends; otherwise the client has gone, or the answer is cut off.
      const code: unknown = failure instanceof Error ? Reflect.get(failure, "code") : undefined;
      if (code === "ECONNRESET" || code === "ECONNREFUSED") message.socket.resetAndDestroy();
      else response.destroy();
    }
  };
}
