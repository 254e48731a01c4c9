import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { stopIdle, watchIdle } from "../src/http/stop-idle.ts";

const idleMs = 50;

/** Both ends of a connection. */
async function openPair() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const sender = connect(typeof address === "object" ? (address?.port ?? 0) : 0, "127.0.0.1");
  const [receiver] = (await once(server, "connection")) as [Socket];
  return {
    sender,
    receiver,
    async [Symbol.asyncDispose]() {
      sender.destroy();
      receiver.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Nothing else happens in this process until then; the timers of the event loop come next. */
function holdUp(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("a chunk that came while the process was held up is given, and silence after it is told", async () => {
  await using pair = await openPair();
  const chunks = stopIdle(pair.receiver, idleMs);
  await setImmediate();
  const next = chunks.next();
  pair.sender.write("late");
  holdUp(4 * idleMs);
  expect(String((await next).value)).toBe("late");
  await expect(chunks.next()).rejects.toThrow("nothing of it for 0.05 seconds");
});

test("a stream that moved while the process was held up has not failed; it has after silence", async () => {
  await using pair = await openPair();
  const failed = new Promise<Error>((resolve) => watchIdle(pair.receiver, idleMs, resolve));
  pair.sender.write("early");
  await once(pair.receiver, "data");
  await setImmediate();
  const moved = once(pair.receiver, "data");
  pair.sender.write("late");
  holdUp(4 * idleMs);
  expect(String(await Promise.race([moved, failed]))).toBe("late");
  expect((await failed).message).toContain("nothing of it for 0.05 seconds");
});
