import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Hono } from "hono";
import { streamText } from "hono/streaming";
import { expect, test } from "vitest";
import { listenHttp } from "../src/http/listen-http.ts";

const clientIdleMs = 400;

/** A server whose handlers note what they serve. */
async function openServer() {
  const served: string[] = [];
  const app = new Hono();
  app.use(async ({ req }, next) => {
    served.push(req.path);
    await next();
  });
  app.get("/slow/:name", async (c) => {
    await delay(clientIdleMs * 2.5); // what is tested is that time passes
    return c.text(`<${c.req.path}>`);
  });
  app.get("/stream/:name", (c) =>
    streamText(c, async (stream) => {
      await stream.write(`<${c.req.path}>`);
      await stream.write("end");
    }),
  );
  app.get("*", (c) => c.text(`<${c.req.path}>`));
  app.post("*", async (c) => c.text(`<${c.req.path} ${(await c.req.arrayBuffer()).byteLength}>`));
  const http = await listenHttp(app, { host: "127.0.0.1", port: 0, clientIdleMs }, new AbortController());
  return { served, port: Number(new URL(http.origin).port), [Symbol.asyncDispose]: () => http.close() };
}

/** A connection by hand; `answers` are those that have come. */
async function openConnection(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let heard = "";
  socket.setEncoding("utf8").on("data", (text: string) => (heard += text));
  socket.on("error", () => undefined); // cut by the server
  return {
    socket,
    answers: () => [...heard.matchAll(/<(.*?)>/g)].map(([, answer]) => answer),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const paths = Array.from({ length: 5_000 }, (_, index) => `/${index}`);

test("thousands of requests in one write are answered in order, and others are served between them", async () => {
  await using server = await openServer();
  using many = await openConnection(server.port);
  using other = await openConnection(server.port);
  many.socket.write(paths.map(get).join(""));
  other.socket.write(get("/other"));
  await expect.poll(() => many.answers().length).toBe(paths.length);
  expect(many.answers()).toEqual(paths);
  expect(other.answers()).toEqual(["/other"]);
  expect(server.served.indexOf("/other")).toBeLessThan(100);
  many.socket.write(get("/again"));
  await expect.poll(() => many.answers().at(-1)).toBe("/again");
});

test("no more is read of a connection while many of its requests wait", async () => {
  await using server = await openServer();
  using many = await openConnection(server.port);
  // More than the kernel holds for a reader that reads nothing.
  const padded = `GET /next HTTP/1.1\r\nHost: a\r\nPadding: ${"x".repeat(8_000)}\r\n\r\n`;
  many.socket.write(get("/slow/first") + padded.repeat(4_000));
  await expect.poll(() => many.answers()).toContain("/slow/first");
  expect(many.socket.writableLength).toBeGreaterThan(0);
  await expect.poll(() => many.answers().length, { timeout: 10_000 }).toBe(4_001);
});

test("bodies and streams keep their place among the requests of a connection", async () => {
  await using server = await openServer();
  using mixed = await openConnection(server.port);
  const large = "x".repeat(300_000);
  const hundred = paths.slice(0, 100);
  mixed.socket.write(get("/a") + post("/b", large) + get("/stream/c") + post("/d", "four"));
  mixed.socket.write(post("/e", large) + hundred.map(get).join("") + post("/f", large));
  await expect.poll(() => mixed.answers().at(-1)).toBe("/f 300000");
  expect(mixed.answers()).toEqual([
    "/a",
    "/b 300000",
    "/stream/c",
    "/d 4",
    "/e 300000",
    ...hundred,
    "/f 300000",
  ]);
});

test("what a client asked for is not served once it has gone", async () => {
  await using server = await openServer();
  using many = await openConnection(server.port);
  many.socket.write(get("/slow/first") + get("/second"));
  await expect.poll(() => server.served).toEqual(["/slow/first"]);
  many.socket.destroy();
  using other = await openConnection(server.port);
  other.socket.write(get("/slow/other"));
  await expect.poll(() => other.answers()).toEqual(["/slow/other"]);
  expect(server.served).toEqual(["/slow/first", "/slow/other"]);
});

test("a connection is not idle while its second request is being answered", async () => {
  await using server = await openServer();
  using both = await openConnection(server.port);
  both.socket.write(get("/first") + get("/slow/second"));
  await expect.poll(() => both.answers(), { timeout: 5_000 }).toEqual(["/first", "/slow/second"]);
});
