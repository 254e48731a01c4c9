import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A real HTTP server on this machine. */
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

/** Offers HTTP/2 and HTTP/1.1, under a certificate that only `certificate()` vouches for. */
export async function serveSecurely(handler: Handler): Promise<Served> {
  const key = await readFile(new URL("../fixtures/key.pem", import.meta.url));
  const options = { key, cert: await certificate(), allowHTTP1: true };
  // Node's HTTP/2 server hands out requests that behave like those of HTTP/1.1.
  const listener = answering(handler) as unknown as Parameters<typeof createSecureServer>[1];
  return listening(createSecureServer(options, listener), "https");
}

export function certificate(): Promise<Buffer> {
  return readFile(new URL("../fixtures/certificate.pem", import.meta.url));
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function answering(handler: Handler): Handler {
  return async (request, response) => {
    try {
      await handler(request, response);
    } catch {
      // The client went away; its own test sees that.
      response.destroy();
    }
  };
}

type AnyServer = ReturnType<typeof createServer> | ReturnType<typeof createSecureServer>;

async function listening(server: AnyServer, scheme: string): Promise<Served> {
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
