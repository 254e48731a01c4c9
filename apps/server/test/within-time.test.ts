import { expect, test } from "vitest";
import { withinTime } from "../src/inputs/within-time.ts";

const pause = new Int32Array(new SharedArrayBuffer(4));

test("work that was done is answered, and its own error is thrown", () => {
  expect(withinTime(() => 1, 1_000)).toBe(1);
  expect(withinTime(() => undefined, 1_000)).toBeUndefined();
  const failing = () => {
    throw new RangeError("of the work");
  };
  expect(() => withinTime(failing, 1_000)).toThrow(new RangeError("of the work"));
});

test("work that goes on and on is given up", () => {
  const endless = () => {
    while (true) {
      // Holds the CPU.
    }
  };
  expect(() => withinTime(endless, 20)).toThrow("it takes longer than 20 ms");
});

test("work that got no CPU is begun again", () => {
  let begun = 0;
  const starved = () => {
    begun += 1;
    if (begun === 1) Atomics.wait(pause, 0, 0);
    return "done";
  };
  expect(withinTime(starved, 20)).toBe("done");
  expect(begun).toBe(2);
});

test("work that never gets any is given up too", () => {
  const waiting = () => Atomics.wait(pause, 0, 0);
  expect(() => withinTime(waiting, 5)).toThrow("it takes longer than 5 ms");
});
