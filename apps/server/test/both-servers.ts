import { afterAll, beforeAll, describe } from "vitest";
import type { ServerOptions } from "../src/serve/options.ts";
import { openTestCluster } from "./cluster/open-test-cluster.ts";
import { openTestServer, type TestServer } from "./open-test-server.ts";

export interface BothServers {
  /** One that all tests of the file share. */
  shared(): TestServer;
  /** One for a test that needs it otherwise, or for itself. */
  open(options?: Partial<ServerOptions>): Promise<TestServer>;
}

const openers = { "the embedded server": openTestServer, "API processes and a worker": openTestCluster };

/** Tests of what a caller sees, which must be the same on one machine and on several. */
export function describeBothServers(define: (servers: BothServers) => void): void {
  describe.each(Object.entries(openers))("%s", (_name, open) => {
    let server: TestServer;
    beforeAll(async () => {
      server = await open();
    });
    afterAll(() => server[Symbol.asyncDispose]());
    define({ shared: () => server, open });
  });
}
