import { type StartedConnectServer, startConnectServer as start } from "@oomol/test-server";

/** The real Connect server with the repository's blocks, the fixtures and others. */
export function startConnectServer(
  packages: readonly string[] = [],
  token = "",
  flags: readonly string[] = [],
): Promise<StartedConnectServer> {
  return start({
    packages: ["apps/blocks", "apps/playground/test/fixtures/packages", ...packages],
    token,
    flags,
  });
}
