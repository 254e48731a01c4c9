import { SilenceTimer } from "@oomol/connect-core/adapter";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("aborts after a silence, with the reason of that moment", () => {
  let reason = "early";
  const timer = new SilenceTimer(() => reason);
  timer.start(100);
  vi.advanceTimersByTime(90);
  timer.windUp();
  reason = "late";
  vi.advanceTimersByTime(99);
  expect(timer.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(timer.signal.reason).toBe("late");
});

test("what comes before the start or after the stop winds nothing up, and no timer is left", () => {
  const timer = new SilenceTimer();
  timer.windUp();
  expect(vi.getTimerCount()).toBe(0);
  timer.start(100);
  expect(vi.getTimerCount()).toBe(1);
  timer.stop();
  timer.windUp();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(timer.signal.aborted).toBe(false);
});

test("a time that no timer can hold is no limit", () => {
  const timer = new SilenceTimer();
  timer.start(2 ** 31);
  expect(vi.getTimerCount()).toBe(0);
  timer.start(2 ** 31 - 1);
  expect(vi.getTimerCount()).toBe(1);
  timer.stop();
});

test("may be aborted for another reason", () => {
  const timer = new SilenceTimer();
  timer.start(100);
  const reason = new Error("enough");
  timer.abort(reason);
  timer.stop();
  expect(timer.signal.reason).toBe(reason);
});
