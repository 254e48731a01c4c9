import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { idOf, openTestServer, toNodes } from "./open-test-server.ts";
import { readSharedEvents } from "./read-shared-events.ts";

/** Says something to the server by hand; `heard` grows with what it answers. */
async function openConnection(url: string) {
  const socket: Socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const connection = { socket, heard: "", closed };
  socket.setEncoding("utf8").on("data", (text: string) => (connection.heard += text));
  socket.on("error", () => undefined); // cut by the server
  return Object.assign(connection, { [Symbol.dispose]: () => socket.destroy() });
}

/** Of these connections, as the kernel tells it: those whose other end, the server's, is not closed. */
function countOpen(connections: readonly { socket: Socket }[]): number {
  const rows = readFileSync("/proc/net/tcp", "latin1").split("\n");
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, "0");
  const ends = connections.map(
    ({ socket }) =>
      `0100007F:${hex(socket.remotePort ?? 0)} 0100007F:${hex(socket.localPort ?? 0)} ${established} `,
  );
  return ends.filter((end) => rows.some((row) => row.includes(end))).length;
}

const established = "01";

function head(type: string, sizeBytes: number): string {
  return `POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${sizeBytes}\r\n\r\n`;
}

const json = JSON.stringify({ manifest: "lab::shout", inputValues: toNodes({ text: "slow", mark: "!" }) });
const boundary = "the-boundary";
const form = [
  `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhello\r\n`,
  `--${boundary}\r\nContent-Disposition: form-data; name="manifest"\r\n\r\nlab::one-file\r\n`,
  `--${boundary}\r\nContent-Disposition: form-data; name="inputValues"\r\n\r\n[]\r\n--${boundary}--\r\n`,
].join("");

const bodies = [
  { name: "JSON", type: "application/json", body: json },
  { name: "a form", type: `multipart/form-data; boundary=${boundary}`, body: form },
];

test.each(bodies)(
  "$name that stops in the middle is answered 408, and nothing of it is kept",
  async ({ type, body }) => {
    await using server = await openTestServer({ clientIdleMs: 300 });
    using connection = await openConnection(server.url);
    connection.socket.write(head(type, body.length) + body.slice(0, body.length / 2));
    await connection.closed;
    expect(connection.heard).toMatch(/^HTTP\/1.1 408 /);
    expect(connection.heard).toContain("The rest of the body did not come: nothing of it for 0.3 seconds.");
    expect(await readdir(join(server.filesDirectory, "uploads")).catch(() => [])).toEqual([]);
  },
);

test.each(bodies)(
  "$name that is slow but moves is taken, however long it is under way",
  async ({ type, body }) => {
    await using server = await openTestServer({ clientIdleMs: 500 });
    using connection = await openConnection(server.url);
    connection.socket.write(head(type, body.length));
    const startedAtMs = performance.now();
    const step = Math.ceil(body.length / 12);
    for (let at = 0; at < body.length; at += step) {
      connection.socket.write(body.slice(at, at + step));
      await delay(100); // what is tested is that time passes
    }
    expect(performance.now() - startedAtMs).toBeGreaterThan(1_000);
    await expect.poll(() => connection.heard).toMatch(/^HTTP\/1.1 200 /);
  },
);

const unended = `--${boundary}\r\nContent-Disposition: form-data; name="inputValues"\r\n\r\n`;

test.each([
  { name: "bodies", type: "application/json", beginning: "" },
  { name: "fields of forms", type: `multipart/form-data; boundary=${boundary}`, beginning: unended },
])(
  "$name that are under way hold so much together; the next large one is answered 503, a small one is taken",
  async ({ type, beginning }) => {
    await using server = await openTestServer({ bodyLimitBytes: 40 * 2 ** 20 });
    const half = "x".repeat(30 * 2 ** 20);
    const held = await Promise.all([1, 2].map(() => openConnection(server.url)));
    using _one = held[0];
    using _two = held[1];
    for (const { socket } of held)
      socket.write(head(type, beginning.length + half.length + 1) + beginning + half);
    await Promise.all(
      held.map(({ socket }) => expect.poll(() => socket.writableLength, { timeout: 10_000 }).toBe(0)),
    );
    const post = (body: string) =>
      server.request("/v1/tasks", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const large = JSON.stringify({ manifest: "lab::shout", inputValues: toNodes({ text: half, mark: "!" }) });
    await expect
      .poll(async () => {
        const response = await post(large);
        return [response.status, response.headers.get("Retry-After"), (await response.json()).message];
      })
      .toEqual([
        503,
        "2",
        "The server holds as many bytes of requests as it can at once: try again in a moment.",
      ]);
    expect((await post(json)).status).toBe(200);
    for (const { socket } of held) socket.destroy();
    await expect.poll(async () => (await post(large)).status, { timeout: 10_000 }).toBe(200);
  },
);

const asked = [
  { name: "a list of logs", accept: "application/json", path: (id: string) => `/api/v1/tasks/${id}/logs` },
  { name: "a stream of events", accept: "text/event-stream", path: (id: string) => `/api/v1/tasks/${id}` },
];
const said = [
  { what: "many logs", lines: 15_000, characters: 1_000 },
  { what: "one large log", lines: 1, characters: 15_000_000 },
];

test
  .runIf(process.platform === "linux")
  .each(asked.flatMap((one) => said.map((what) => ({ ...one, ...what }))))(
  "$name with $what that nobody takes is read no further than it is taken, and its connection is cut",
  async ({ accept, path, lines, characters }) => {
    await using server = await openTestServer({ clientIdleMs: 300 });
    const id = await server.start("lab::chatter", { lines, characters });
    expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
    const readers = await Promise.all(Array.from({ length: 10 }, () => openConnection(server.url)));
    const before = process.memoryUsage().rss;
    for (const { socket } of readers) {
      socket.pause();
      socket.write(`GET ${path(id)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${accept}\r\n\r\n`);
    }
    expect(countOpen(readers)).toBe(10);
    // Whoever does not read is not told.
    await expect.poll(() => countOpen(readers), { timeout: 30_000 }).toBe(0);
    const grownMebibytes = (process.memoryUsage().rss - before) / 2 ** 20;
    for (const { socket } of readers) socket.resume();
    await Promise.all(readers.map(({ closed }) => closed));
    expect(Math.max(...readers.map(({ heard }) => heard.length))).toBeLessThan(15_000_000);
    expect(grownMebibytes).toBeLessThan(100); // all of it would be 10 × 20
  },
);

test.runIf(process.platform === "linux")(
  "a stream of many tasks that nobody takes is read no further than it is taken, holds up no other, and its connection is cut",
  async () => {
    await using server = await openTestServer({ clientIdleMs: 300 });
    const flood = { lines: 15_000, characters: 1_000 };
    const ids = await Promise.all([1, 2].map(() => server.start("lab::chatter", flood)));
    for (const id of ids) expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
    const body = JSON.stringify({ tasks: Object.fromEntries(ids.map((id) => [id, -1])) });
    const readers = await Promise.all(Array.from({ length: 10 }, () => openConnection(server.url)));
    const before = process.memoryUsage().rss;
    for (const [index, { socket }] of readers.entries()) {
      socket.pause();
      socket.write(
        `POST /api/v1/events/the-stream-of-reader-${index} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    }
    await using reader = await readSharedEvents(server);
    await reader.end(
      await idOf(await server.create("lab::shout", { text: "x" }, { "Connect-Events": reader.id })),
    );
    await expect.poll(() => countOpen(readers), { timeout: 30_000 }).toBe(0);
    const grownMebibytes = (process.memoryUsage().rss - before) / 2 ** 20;
    for (const { socket } of readers) socket.resume();
    await Promise.all(readers.map(({ closed }) => closed));
    expect(Math.max(...readers.map(({ heard }) => heard.length))).toBeLessThan(15_000_000);
    expect(grownMebibytes).toBeLessThan(100); // all of it would be 10 × 40
  },
);

test("a list of many logs is answered whole to one who takes it", async () => {
  await using server = await openTestServer();
  const id = await server.start("lab::chatter", { lines: 3_000, characters: 1_000 });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const logs = await server.logs(id);
  expect(logs.filter(({ type }) => type === "BlockLog")).toHaveLength(3_000);
  expect(logs.map((log) => log.id)).toEqual(logs.map((_, index) => index + 1));
  const { logs: rest } = await server.getJson<{ logs: object[] }>(`/v1/tasks/${id}/logs?after=1500`);
  expect(rest).toEqual(logs.slice(1_500));
});

test("large answers that nobody takes hold so much together; the next one is answered 503, a small one is given", async () => {
  await using server = await openTestServer();
  const id = await server.start("lab::chatter", { lines: 1, characters: 15_000_000 });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const small = await server.start("lab::shout", { text: "x" });
  const path = `/v1/tasks/${id}/logs`;
  const ask = async () => {
    const response = await server.request(path);
    const isRefused = response.status !== 200;
    if (!isRefused) await response.body?.cancel();
    return [
      response.status,
      response.headers.get("Retry-After"),
      isRefused && (await response.json()).message,
    ];
  };
  const readers = await Promise.all(Array.from({ length: 64 }, () => openConnection(server.url)));
  for (const { socket } of readers) {
    socket.pause();
    socket.write(`GET /api${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  }
  const busy = "The server holds as many bytes of answers as it can at once: try again in a moment.";
  await expect.poll(ask, { timeout: 20_000 }).toEqual([503, "2", busy]);
  expect((await server.request(`/v1/tasks/${small}`)).status).toBe(200);
  for (const { socket } of readers) socket.destroy();
  await expect.poll(ask, { timeout: 20_000 }).toEqual([200, null, false]);
});

test("a task with large inputs is answered to whoever makes it, whole", async () => {
  await using server = await openTestServer();
  const text = "é".repeat(3_000_000);
  const body = JSON.stringify({ manifest: "lab::shout", inputValues: toNodes({ text }) });
  const headers = { "Content-Type": "application/json" };
  const response = await server.request("/v1/tasks", { method: "POST", headers, body });
  const { task, success } = await response.json();
  expect(success).toBe(true);
  expect(task.inputValues).toEqual(toNodes({ text }));
  const read = await server.getJson<{ task: { inputValues: unknown } }>(`/v1/tasks/${task.id}`);
  expect(read.task.inputValues).toEqual(task.inputValues);
  for (const Accept of ["application/json", "text/event-stream"]) {
    const head = await server.request(`/v1/tasks/${task.id}`, { method: "HEAD", headers: { Accept } });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  }
});
