import { getRequestListener } from "@hono/node-server";
import { type Served, serve } from "@oomol/test-helpers/serve";
import { OomolConnectClient } from "../../src/index.ts";
import { type ConnectProxyOptions, createConnectProxy } from "../../src/proxy/index.ts";

export interface OpenProxy extends Served {
  /** What a page's client takes. */
  baseUrl: string;
  client: OomolConnectClient;
  /** What callers were not told. */
  failures: unknown[];
}

/** A proxy behind `node:http`, and a client of it that knows no token. Everybody may run everything but for `options`. */
export async function openProxy(
  options: Partial<ConnectProxyOptions> & { baseUrl: string },
): Promise<OpenProxy> {
  const failures: unknown[] = [];
  const proxy = createConnectProxy({
    authorize: "public",
    allowBlocks: () => true,
    onFailure: (failure) => failures.push(failure),
    ...options,
  });
  const server = await serve(
    async (request, response) => void (await getRequestListener(proxy)(request, response)),
  );
  const baseUrl = `${server.origin}/api`;
  const client = new OomolConnectClient({ baseUrl, appletsUrl: baseUrl });
  const close = server[Symbol.asyncDispose];
  return Object.assign(server, {
    baseUrl,
    client,
    failures,
    async [Symbol.asyncDispose]() {
      await client.close();
      await close();
    },
  });
}
