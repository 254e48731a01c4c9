import { type ClientHooks, OomolConnectClient } from "@oomol/connect-node";

/** For benches of packages that connect-node's own tests depend on: they cannot depend on it. */
export function openNodeClient(baseUrl: string, hooks: ClientHooks = {}): OomolConnectClient {
  return new OomolConnectClient({ baseUrl, hooks });
}
