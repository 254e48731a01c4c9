import { fileURLToPath } from "node:url";
import { beforeAll } from "vitest";
import type { ServerOptions } from "../../src/serve/options.ts";
import { fixturePackages, openTestServer, type TestServer } from "../open-test-server.ts";
import { installStandIn } from "./install-stand-in.ts";

export const flowPackages = fileURLToPath(new URL("../fixtures/flows", import.meta.url));

/** A server that has these flows, too. */
export const openFlowServer = (options: Partial<ServerOptions> = {}) =>
  openTestServer({ packages: [fixturePackages, flowPackages], ...options });

/** One server with the stand-in for all tests of a file. */
export function shareFlowServer(): () => TestServer {
  let server: TestServer;
  beforeAll(async () => {
    const oocana = await installStandIn();
    server = await openFlowServer();
    return async () => {
      await server[Symbol.asyncDispose]();
      await oocana[Symbol.asyncDispose]();
    };
  });
  return () => server;
}

/** A request for a task of a flow, with values for its nodes. */
export function createFlow(manifest: string, nodes: Record<string, Record<string, unknown>>) {
  const inputValues = Object.entries(nodes).map(([nodeId, values]) => ({
    nodeId,
    inputs: Object.entries(values).map(([handle, value]) => ({ handle, value })),
  }));
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ manifest, inputValues }),
  };
}
