import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { createChannelMainframe } from "../src/executor/channel-mainframe.ts";
import { createLineReader, decodeChannelLine, encodeChannelLine } from "../src/wire/channel.ts";

test("lines come out whole, however the bytes are cut", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => JSON.stringify(text));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((one) => encodeChannelLine("a/topic", one)).join(""));
      const read: string[] = [];
      const reader = createLineReader((text) => read.push(text));
      let start = 0;
      for (const cut of cuts) {
        reader(bytes.subarray(start, start + cut));
        start += cut;
      }
      reader(bytes.subarray(start));
      expect(read.map(decodeChannelLine)).toEqual(
        lines.map((payload) => ({ kind: "message", topic: "a/topic", payload })),
      );
    }),
  );
});

test("a line that is too long is told once and skipped; the next is read", () => {
  const read: string[] = [];
  const tooLong: number[] = [];
  const reader = createLineReader(
    (text) => read.push(text),
    10,
    (sizeBytes) => tooLong.push(sizeBytes),
  );
  reader(Buffer.from("0123456789\n01234567"));
  reader(Buffer.from("89x"));
  reader(Buffer.from("yz\nshort\n"));
  expect(tooLong).toEqual([11]);
  expect(read).toEqual(["0123456789", "short"]);
});

test("what is flushed leaves at once, until a loop does so too often: then it is gathered, and all arrives", async () => {
  await using listening = createServer().listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  await using socket = connect(port, "127.0.0.1");
  const [accepted] = (await once(listening, "connection")) as [Socket];
  const read: string[] = [];
  accepted.on(
    "data",
    createLineReader((text) => read.push(text)),
  );
  const write = vi.spyOn(socket, "write");
  const mainframe = createChannelMainframe({ socket, onMessage: () => {}, onLost: () => {} });
  const publish = (payload: number) => {
    void mainframe.publish("a/topic", String(payload));
    mainframe.flush();
  };

  const sinceMs = performance.now();
  for (let payload = 1; payload <= 10; payload += 1) publish(payload);
  expect(write.mock.calls).toHaveLength(10);
  for (let payload = 11; payload <= 20_000; payload += 1) publish(payload);
  const takenMs = performance.now() - sinceMs;
  // One for each millisecond, and for each 20 that the loop was held up.
  expect(write.mock.calls.length).toBeLessThan(102 + 1.05 * takenMs);
  await mainframe.close();
  const lines = Array.from({ length: 20_000 }, (_, index) => `a/topic ${index + 1}`);
  await expect.poll(() => read).toEqual(lines);
});

test("an executor whose server was killed ends, also while a block holds its thread", async () => {
  await using folder = await createTemporaryFolder();
  const block = "export default async (_, context) => { await context.reportProgress(1); for (;;); };";
  await writeFile(folder.file("main.mjs"), block);
  const server = fork(fileURLToPath(new URL("helpers/serve-one-job.ts", import.meta.url)), [folder.path], {
    execArgv: ["--conditions=@oomol/source"],
  });
  onTestFinished(() => void server.kill("SIGKILL"));
  const executorPid = await firstNumber(server);
  onTestFinished(() => end(executorPid));
  server.kill("SIGKILL");
  await expect.poll(() => isAlive(executorPid), { timeout: 15_000 }).toBe(false);
});

async function firstNumber(child: ChildProcess): Promise<number> {
  const [message] = await once(child, "message");
  return message as number;
}

function end(pid: number): void {
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
