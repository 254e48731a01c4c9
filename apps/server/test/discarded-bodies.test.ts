import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { listenHttp } from "../src/http/listen-http.ts";

const mebibyte = 2 ** 20;
const sizeBytes = 4 * mebibyte;

/** A server that refuses each body unread, or after its first chunk, once it is told to. */
async function openServer() {
  const refusing = Promise.withResolvers<void>();
  const sockets: Socket[] = [];
  const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>();
  app.post("/:how", async (c) => {
    sockets.push(c.env.incoming.socket);
    if (c.req.param("how") === "begun") {
      const chunks = c.env.incoming.iterator({ destroyOnReturn: false });
      await chunks.next();
      await chunks.return?.();
    }
    await refusing.promise;
    return c.text("<refused>", 503);
  });
  const place = { host: "127.0.0.1", port: 0, clientIdleMs: 10_000 };
  const http = await listenHttp(app, place, new AbortController());
  return {
    port: Number(new URL(http.origin).port),
    sockets,
    refuse: () => refusing.resolve(),
    [Symbol.asyncDispose]: () => http.close(),
  };
}

/** Sends bodies of which the system takes what it holds, and the server nearly nothing. */
async function sendBodies(port: number, path: string, count: number) {
  const clients = await Promise.all(Array.from({ length: count }, () => sendBody(port, path)));
  return {
    answers: () => clients.map(({ answer }) => answer()),
    [Symbol.dispose]() {
      for (const { socket } of clients) socket.destroy();
    },
  };
}

async function sendBody(port: number, path: string) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined); // cut by the server
  await once(socket, "connect");
  let heard = "";
  socket.setEncoding("utf8").on("data", (text: string) => (heard += text));
  socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${sizeBytes}\r\n\r\n`);
  socket.write(Buffer.alloc(sizeBytes));
  return { socket, answer: () => heard };
}

/** The most that a turn of the event loop reads from all of them together, until it is stopped. */
function watchTurns(sockets: readonly Socket[]) {
  const read = () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  let before = read();
  let mostBytes = 0;
  let turn = setImmediate(function count() {
    const now = read();
    mostBytes = Math.max(mostBytes, now - before);
    before = now;
    turn = setImmediate(count);
  });
  return {
    mostBytes: () => mostBytes,
    [Symbol.dispose]: () => clearImmediate(turn),
  };
}

test.for(["unread", "begun"])("of bodies refused %s a part a turn is read, of all together", async (how) => {
  const count = 40;
  await using server = await openServer();
  using clients = await sendBodies(server.port, `/${how}`, count);
  await expect.poll(() => server.sockets.length).toBe(count);

  using turns = watchTurns(server.sockets);
  server.refuse();
  // What takes longer than half a second is cut.
  const isDone = ({ bytesRead, destroyed }: Socket) => bytesRead > sizeBytes || destroyed;
  await expect.poll(() => server.sockets.every(isDone)).toBe(true);

  expect(clients.answers()).toEqual(Array(count).fill(expect.stringContaining("<refused>")));
  expect(turns.mostBytes()).toBeGreaterThan(0);
  expect(turns.mostBytes()).toBeLessThanOrEqual(24 * mebibyte);
});
