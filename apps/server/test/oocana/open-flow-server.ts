import { fileURLToPath } from "node:url";
import type { ServerOptions } from "../../src/serve/options.ts";
import { fixturePackages, openTestServer } from "../open-test-server.ts";

export const flowPackages = fileURLToPath(new URL("../fixtures/flows", import.meta.url));

/** A server that has these flows, too. */
export const openFlowServer = (options: Partial<ServerOptions> = {}) =>
  openTestServer({ packages: [fixturePackages, flowPackages], ...options });

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
