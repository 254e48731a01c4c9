import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConnectionFault, type FakeConnectServer } from "@oomol/connect-core/testing";
import { type Served, serve } from "./serve.ts";

/** Core's scripted server behind a real socket. */
export async function serveFake(fake: FakeConnectServer): Promise<Served & { baseUrl: string }> {
  const server = await serve(async (message, response) => {
    const request = new Request(`http://${message.headers.host}${message.url}`, {
      method: message.method ?? "GET",
      headers: message.headers as Record<string, string>,
      ...(message.method === "GET" ? {} : ({ body: Readable.toWeb(message), duplex: "half" } as object)),
    });
    try {
      const result = await fake.handle(request);
      response.writeHead(result.status, Object.fromEntries(result.headers));
      if (result.body) await pipeline(result.body, response, { end: false });
      response.end();
    } catch (failure) {
      if (failure instanceof ConnectionFault) message.socket.resetAndDestroy();
      else throw failure;
    }
  });
  return Object.assign(server, { baseUrl: `${server.origin}/api` });
}
