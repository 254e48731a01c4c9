import { type StartedConnectServer, startConnectServer as start } from "@oomol/test-server";

/** The real Connect server with the repository's blocks and the fixtures. */
export function startConnectServer(): Promise<StartedConnectServer> {
  return start({ packages: ["apps/blocks", "apps/playground/test/fixtures/packages"] });
}
