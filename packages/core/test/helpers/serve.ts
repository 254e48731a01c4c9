import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { OomolConnectClient } from "@oomol/connect-core";
import { FakeConnectServer, type FakeServerOptions } from "@oomol/connect-core/testing";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import type { ClientOptions } from "../../src/options.ts";

/** The fake server behind a real HTTP server, and a client of it. */
export interface Served extends AsyncDisposable {
  fake: FakeConnectServer;
  client: OomolConnectClient;
  baseUrl: string;
  /** Requests that have not been answered to their end. */
  requestsInFlight(): number;
  /** Resolves when so many requests have come, in all. */
  requestsReceived(count: number): Promise<void>;
  /** Cuts every connection. */
  cutConnections(): void;
  /** Resolves when every connection whose request was cut is gone. */
  requestAborted(): Promise<void>;
}

export async function serve(
  options: FakeServerOptions = {},
  clientOptions: ClientOptions = {},
): Promise<Served> {
  const fake = new FakeConnectServer(options);
  const answer = fakeHandler(fake);
  let inFlight = 0;
  let received = 0;
  let onAborted: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    onAborted = resolve;
  });
  const server = createServer((request, response) => {
    inFlight += 1;
    received += 1;
    response.on("close", () => {
      inFlight -= 1;
      if (!response.writableFinished) onAborted();
    });
    void answer(request, response);
  });
  // A thousand clients come at once, also where a busy machine is slow to let them in.
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve),
  );
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/api`;
  return {
    fake,
    baseUrl,
    client: new OomolConnectClient({ baseUrl, ...clientOptions }),
    requestsInFlight: () => inFlight,
    async requestsReceived(count) {
      while (received < count) await once(server, "request");
    },
    cutConnections: () => server.closeAllConnections(),
    requestAborted: () => aborted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
