// What the proxy promises, on every runtime that a server may run on: a client whose requests go through it.
import { ApiError, OomolConnectClient } from "@oomol/connect-core";
import { createConnectProxy } from "@oomol/connect-node/proxy";
import { block, type Checks, downloads, failureOf, ok, retry, runs, uploads } from "./suite.ts";

export const proxyChecks: Checks = {
  "through the proxy: runs to a result with held answers": (origin) => runs(proxied(origin, "held")),
  "through the proxy: runs to a result with a stream of events": (origin) => runs(proxied(origin, "events")),
  "through the proxy: uploads bytes and text": (origin) => uploads(proxied(origin, "uploads")),
  "through the proxy: downloads a file": (origin) => downloads(proxied(origin, "made")),
  "through the proxy: only allowed blocks run": async (origin) => {
    const failure = await failureOf(proxied(origin, "plain").tasks.run({ ...block, blockId: "other::echo" }));
    ok(failure instanceof ApiError && failure.status === 403, failure);
  },
  "through the proxy: a server that refuses it is the proxy's own trouble": async (origin) => {
    const failure = await failureOf(proxied(origin, "refusing").tasks.run(block, { maxFailures: 1 }));
    ok(failure instanceof ApiError && failure.status === 502, failure);
  },
};

function proxied(origin: string, scenario: string): OomolConnectClient {
  const proxy = createConnectProxy({
    baseUrl: `${origin}/${scenario}/api`,
    allowBlocks: ["pkg::*"],
    authorize: "public",
  });
  const baseUrl = "http://app.test/api";
  return new OomolConnectClient({ baseUrl, retry, fetch: (input, init) => proxy(new Request(input, init)) });
}
