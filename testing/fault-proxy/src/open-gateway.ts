import { once } from "node:events";
import { Agent, createServer } from "node:http";
import { forwardRequest } from "./forward-request.ts";
import { type GatewayKind, gateways } from "./gateways.ts";

export interface OpenGateway extends AsyncDisposable {
  readonly origin: string;
}

/** Opens a gateway before `target`, the origin of a real server, on a free loopback port. */
export async function openGateway(kind: GatewayKind, target: string): Promise<OpenGateway> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort()).on("error", () => undefined);
    const forward = () => forwardRequest({ target, agent, request, body: request, signal: gone.signal });
    await gateways[kind]({ request, response, gone: gone.signal, forward }).catch(() =>
      request.socket.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The gateway has no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}
