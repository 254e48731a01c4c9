import { expect, test } from "vitest";
import { retryConnection } from "../src/store/retry-connection.ts";
import { keepTrying } from "../src/tasks/keep-trying.ts";

const lost = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

/** Fails so many times; `attempts` counts. */
function failing(times: number, failure: Error = lost) {
  const counted = {
    attempts: 0,
    async run() {
      counted.attempts += 1;
      if (counted.attempts <= times) throw failure;
      return "done";
    },
  };
  return counted;
}

test("what a lost connection kept from being done is done when it is back", async () => {
  const work = failing(2);
  expect(await retryConnection(work.run)).toBe("done");
  expect(work.attempts).toBe(3);
});

test.each([
  ["for another reason", new Error("no such table: tasks"), 30_000],
  ["for which there is no patience left", lost, 0],
])("a failure %s is told at once", async (_which, failure, patienceMs) => {
  const work = failing(9, failure);
  await expect(retryConnection(work.run, patienceMs)).rejects.toBe(failure);
  expect(work.attempts).toBe(1);
});

test("work that is kept being tried is tried once more, at once, after an abort", async () => {
  const closing = new AbortController();
  const work = failing(9);
  const told: unknown[] = [];
  const trying = keepTrying(work.run, closing.signal, (error) => {
    told.push(error);
    if (told.length === 2) closing.abort();
  });
  await expect(trying).rejects.toBe(lost);
  expect([work.attempts, told.length]).toEqual([3, 2]);
});
