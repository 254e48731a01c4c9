import { PassThrough, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { watchIdle } from "../src/http/stop-idle.ts";

const idleMs = 50;

test("a sender is late only while its reader waits for it", async () => {
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const reader = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => void held.then(() => done()),
  });
  const body = new PassThrough();
  const fail = vi.fn();
  const stop = watchIdle(body, idleMs, fail);
  body.pipe(reader);
  body.write("one");
  await vi.waitFor(() => expect(body.isPaused()).toBe(true));
  await delay(3 * idleMs); // what is tested is that time passes
  expect(fail).not.toHaveBeenCalled();
  goOn();
  await vi.waitFor(() => expect(fail).toHaveBeenCalledOnce());
  expect(fail.mock.lastCall).toMatchObject([{ status: 408 }]);
  stop();
});

test("a body that has ended, or is watched no more, is not late", async () => {
  const fail = vi.fn();
  const [ended, left] = [new PassThrough(), new PassThrough()];
  watchIdle(ended, idleMs, fail);
  const stop = watchIdle(left, idleMs, fail);
  ended.resume().end();
  left.resume();
  stop();
  expect(left.listenerCount("data")).toBe(0);
  await delay(3 * idleMs); // what is tested is that time passes
  expect(fail).not.toHaveBeenCalled();
});
