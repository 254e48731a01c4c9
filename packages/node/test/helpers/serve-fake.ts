import type { FakeConnectServer } from "@oomol/connect-core/testing";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { type Served, serve } from "@oomol/test-helpers/serve";

/** Core's scripted server behind a real socket. */
export async function serveFake(
  fake: FakeConnectServer,
): Promise<Served & { baseUrl: string; fake: FakeConnectServer }> {
  const server = await serve(fakeHandler(fake));
  return Object.assign(server, { baseUrl: `${server.origin}/api`, fake });
}
