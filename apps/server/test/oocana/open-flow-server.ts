import { fileURLToPath } from "node:url";
import type { ServerOptions } from "../../src/serve/options.ts";
import { fixturePackages, openTestServer } from "../open-test-server.ts";

export const flowPackages = fileURLToPath(new URL("./packages", import.meta.url));

/** A server that has the flows of this folder, too. */
export const openFlowServer = (options: Partial<ServerOptions> = {}) =>
  openTestServer({ packages: [fixturePackages, flowPackages], ...options });
