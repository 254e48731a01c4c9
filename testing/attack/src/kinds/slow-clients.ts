import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { type Target, tokens } from "../target.ts";

const holdMs = 6_000;
const mebibyte = 2 ** 20;

/** So many connections that begin with the same bytes and then neither write nor read, for a while. */
const held = (
  name: string,
  count: number,
  bytes: (target: Target) => Promise<Buffer> | Buffer,
): AttackInput => ({
  name,
  async send(target, signal) {
    const beginning = await bytes(target);
    const sockets = Array.from({ length: count }, () =>
      connect(Number(new URL(target.url).port), "127.0.0.1"),
    );
    try {
      await Promise.all(sockets.map((socket) => begin(socket, beginning)));
      await delay(holdMs, undefined, { signal }).catch(() => undefined);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    return undefined;
  },
});

/** Resolves when it has left, as far as the server takes it. */
async function begin(socket: Socket, bytes: Buffer): Promise<void> {
  socket.pause();
  socket.on("error", () => undefined);
  const connected = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "close").then(() => false),
  ]);
  if (!connected) return;
  const written = new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  await Promise.race([written, once(socket, "close"), delay(2_000)]);
}

const head = (method: string, path: string, more = "") =>
  `${method} /api${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${tokens.ann}\r\n${more}`;

const half = (sizeBytes: number, type: string, beginning = "") =>
  Buffer.concat([
    Buffer.from(
      `${head("POST", "/v1/tasks")}Content-Type: ${type}\r\nContent-Length: ${sizeBytes + 1_000}\r\n\r\n${beginning}`,
    ),
    Buffer.alloc(sizeBytes - beginning.length, "x"),
  ]);

/** A task whose logs are some 15 MB. */
const largeLogs = new WeakMap<Target, Promise<string>>();

function taskWithLogs(target: Target): Promise<string> {
  const making = largeLogs.get(target) ?? makeLogs(target);
  largeLogs.set(target, making);
  return making;
}

async function makeLogs(target: Target): Promise<string> {
  const id = await target.start("say", { value: "x".repeat(7_000_000) });
  await target.waitForEnd(id);
  return id;
}

const asked =
  (path: (id: string) => string, more = "") =>
  async (target: Target) =>
    Buffer.from(`${head("GET", path(await taskWithLogs(target)), more)}\r\n`);

export const halfSent: AttackKind = {
  name: "half-sent bodies",
  inputs: [
    held("60 bodies of 16 MiB, but for the end", 60, () => half(15 * mebibyte, "application/json", '"')),
    held("60 forms", 60, () =>
      half(
        15 * mebibyte,
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="inputValues"\r\n\r\n',
      ),
    ),
    held("300 requests without an end of their headers", 300, () => Buffer.from(head("GET", "/v1/tasks"))),
    held("300 connections that say nothing", 300, () => Buffer.from("G")),
  ],
};

export const silentReaders: AttackKind = {
  name: "readers that do not read",
  inputs: [
    held(
      "40 of logs of 15 MB",
      40,
      asked((id) => `/v1/tasks/${id}/logs`),
    ),
    held(
      "40 of a list with a large task",
      40,
      asked(() => "/v1/tasks"),
    ),
    held(
      "40 of its events",
      40,
      asked((id) => `/v1/tasks/${id}`, "Accept: text/event-stream\r\n"),
    ),
    held(
      "40 of a task",
      40,
      asked((id) => `/v1/tasks/${id}`),
    ),
    held("40 of a file of 100 MB", 40, async (target) => {
      const id = await target.start("leave");
      await target.waitForEnd(id);
      return Buffer.from(`${head("GET", `/v1/tasks/${id}/files/large.bin`)}\r\n`);
    }),
  ],
};
