import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Http2SecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A real HTTP server on this machine, for tests; gone at the end of the scope. */
export interface Served extends AsyncDisposable {
  /** Scheme, host and port. */
  origin: string;
  port: number;
  /** Connections made so far, and those that are open. */
  connections: { total: number; open: number };
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
}

export async function serve(handler: Handler): Promise<Served> {
  return listening(createServer(answering(handler)), "http");
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A handler that may fail. */
export function answering(handler: Handler): Handler {
  return async (request, response) => {
    try {
      await handler(request, response);
    } catch {
      // The client went away; its own test sees that.
      response.destroy();
    }
  };
}

/** Listens on a free loopback port. */
export async function listening(
  server: Server | Http2SecureServer,
  scheme: "http" | "https",
): Promise<Served> {
  const sockets = new Set<Socket>();
  const connections = { total: 0, open: 0 };
  let onIdle: () => void = () => undefined;
  server.on(scheme === "https" ? "secureConnection" : "connection", (socket: Socket) => {
    connections.total += 1;
    connections.open += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      connections.open -= 1;
      sockets.delete(socket);
      if (connections.open === 0) onIdle();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${scheme}://localhost:${port}`.replace("http://localhost", "http://127.0.0.1"),
    port,
    connections,
    idle: () =>
      new Promise((resolve) => {
        onIdle = resolve;
        if (connections.open === 0) resolve();
      }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
