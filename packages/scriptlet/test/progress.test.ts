import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createProgress, type Progress } from "../src/progress.ts";

let sent: number[];
let warnings: string[];
let progress: Progress;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  warnings = [];
  progress = createProgress(
    async (value) => void sent.push(value),
    async (text) => void warnings.push(text),
  );
});

afterEach(() => {
  progress.stop();
  expect(vi.getTimerCount(), "timers left").toBe(0);
  vi.useRealTimers();
});

test("sends the first value at once and the last of each window at its end", () => {
  for (const value of [1, 2, 3]) void progress.report(value);
  expect(sent).toEqual([1]);
  vi.advanceTimersByTime(299);
  expect(sent).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(sent).toEqual([1, 3]);
  void progress.report(4);
  vi.advanceTimersByTime(300);
  expect(sent).toEqual([1, 3, 4]);
});

test("an empty window ends the throttling", () => {
  void progress.report(1);
  vi.advanceTimersByTime(300);
  void progress.report(2);
  expect(sent).toEqual([1, 2]);
});

test("flush sends the waiting value once", () => {
  void progress.report(1);
  void progress.report(2);
  progress.flush();
  progress.flush();
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual([1, 2]);
});

test("nothing is sent after stop", () => {
  void progress.report(1);
  void progress.report(2);
  progress.stop();
  void progress.report(3);
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual([1]);
});

test.each([
  [-5, 0],
  [101, 100],
  [Number.POSITIVE_INFINITY, 100],
  ["42", 42],
])("reports %s as %d", (value, reported) => {
  void progress.report(value);
  expect(sent).toEqual([reported]);
  expect(warnings).toEqual([]);
});

test.each([Number.NaN, "half", Symbol("odd"), undefined])("ignores %s with a warning", (value) => {
  void progress.report(value);
  void progress.report(7);
  expect(sent).toEqual([7]);
  expect(warnings).toEqual(["A progress that is not a number was ignored; it takes 0 to 100."]);
});

test("a swallowed call makes no promise of its own", () => {
  void progress.report(1);
  expect(progress.report(2)).toBe(progress.report(3));
});
