import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Env, Hono } from "hono";
import { releaseMemory } from "../release-memory.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { onceAllIsRead } from "./stop-idle.ts";

export interface ListeningHttp {
  /** `http://127.0.0.1:3000` */
  readonly origin: string;
  /** Aborts `closing`, lets answers that are held go out, then cuts connections. */
  close(): Promise<void>;
}

const drainMs = 500;
const maxHeaderBytes = 16 * 1024;
const discardedBytesATurn = 8 * 1024 ** 2;
/** Thousands who wait come back at once when a server was started anew; the system may allow fewer. */
const mostUnaccepted = 4_096;

/** Serves an app; rejects if the port is taken. `closing` is aborted first thing when it closes. */
export async function listenHttp<E extends Env>(
  app: Hono<E>,
  { host, port, clientIdleMs }: { host: string; port: number; clientIdleMs: number },
  closing: AbortController,
): Promise<ListeningHttp> {
  const http = createServer({ maxHeaderSize: maxHeaderBytes }, oneAtATime(getRequestListener(app.fetch)));
  http.requestTimeout = 0; // an upload may take longer than five minutes; those who read bodies see that it moves
  cutIdle(http, clientIdleMs);
  discardUnread(http);
  await new Promise<void>((resolve, reject) => {
    http.once("error", (error) => reject(explainTaken(error, host, port)));
    http.listen({ port, host, backlog: mostUnaccepted }, resolve);
  });
  const bound = http.address();
  if (bound === null || typeof bound === "string") throw new Error("The HTTP server has no TCP port.");
  return {
    origin: `http://${host.includes(":") ? `[${host}]` : host}:${bound.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      closing.abort();
      http.closeIdleConnections();
      const timer = setTimeout(() => http.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** In words for whoever starts the server, who can choose another port. */
function explainTaken(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: "another program has this port",
    EACCES: "this user may not have this port",
  };
  const reason = reasons[error.code ?? ""];
  if (reason === undefined) return error;
  const message = `Cannot listen on ${host}:${port}: ${reason}. Choose another (--port), or 0 for a free one.`;
  return Object.assign(new Error(message, { cause: error }), { code: error.code });
}

/**
 * What still comes of a body that was refused is read, so that the client hears of it, and kept nowhere. All such connections
 * share what a turn reads: Node.js takes up to 2 MiB of each, and those of sixty held everybody else up.
 */
function discardUnread(http: Server): void {
  let bodies = 0;
  http.on("request", (request, response) => {
    response.once("prefinish", () => {
      if (!request.complete) request.read(); // by one chunk, or Node.js throws away what nobody has begun to read
    });
    response.once("finish", () => {
      if (request.complete) return;
      bodies += 1;
      request.once("close", () => {
        bodies -= 1;
      });
      let takenBytes = 0;
      request.on("data", (chunk: Buffer) => {
        takenBytes += chunk.byteLength;
        releaseMemory(chunk);
        if (takenBytes < discardedBytesATurn / bodies) return;
        takenBytes = 0;
        request.pause();
        setImmediate(() => request.resume());
      });
    });
  });
}

/** A client that takes nothing of its answer would hold it for good. One whose answer is held has nothing to take yet. */
function cutIdle(http: Server, idleMs: number): void {
  const unanswered = new WeakMap<Socket, number>();
  const count = (socket: Socket, change: number) =>
    unanswered.set(socket, (unanswered.get(socket) ?? 0) + change);
  http.on("request", ({ socket }, response) => {
    count(socket, 1);
    response.once("close", () => count(socket, -1));
  });
  http.setTimeout(idleMs, (socket) => {
    const { bytesRead } = socket;
    onceAllIsRead(() => {
      if (socket.bytesRead !== bytesRead) return;
      if (socket.writableLength > 0 || !unanswered.get(socket)) socket.destroy();
    });
  });
}
