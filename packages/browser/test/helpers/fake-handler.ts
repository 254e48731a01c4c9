import { Readable } from "node:stream";
import type { FakeConnectServer } from "@oomol/connect-core/testing";
import type { Handler } from "./serve.ts";

/** Core's scripted server as a handler of a real one. */
export function fakeHandler(fake: FakeConnectServer): Handler {
  return async (message, response) => {
    const request = new Request(`http://${message.headers.host}${message.url}`, {
      method: message.method ?? "GET",
      headers: message.headers as Record<string, string>,
      ...(message.method === "GET" ? {} : ({ body: Readable.toWeb(message), duplex: "half" } as object)),
    });
    const result = await fake.handle(request);
    response.writeHead(result.status, Object.fromEntries(result.headers));
    if (result.body) for await (const chunk of result.body) response.write(chunk);
    response.end();
  };
}
