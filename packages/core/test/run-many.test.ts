import type { RequestInfo } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

const block = { blockId: "pkg::echo" };

test("yields each outcome as it comes, a failure too", async () => {
  await using server = await serve({
    onTask: (task) => (task.input("fail") ? task.fail("as told") : task.complete({ n: task.input("n") })),
  });
  const requests = [0, 1, 2, 3].map((n) => ({ ...block, inputValues: { n, fail: n === 2 } }));
  const outcomes = [];
  for await (const outcome of server.client.tasks.runMany(requests, { concurrency: 2 }))
    outcomes.push(outcome);
  expect(outcomes.map((outcome) => outcome.index).sort()).toEqual([0, 1, 2, 3]);
  expect(outcomes.find((outcome) => outcome.index === 2)).toMatchObject({
    status: "rejected",
    reason: { name: "TaskFailedError" },
  });
  expect(outcomes.find((outcome) => outcome.index === 1)).toMatchObject({ value: { result: { n: 1 } } });
});

test("takes an endless iterable piece by piece, and stops with the loop", async () => {
  await using server = await serve();
  let taken = 0;
  let isClosed = false;
  function* endless() {
    try {
      for (;;) {
        taken += 1;
        yield block;
      }
    } finally {
      isClosed = true;
    }
  }
  let seen = 0;
  for await (const _ of server.client.tasks.runMany(endless(), { concurrency: 3 })) if (++seen === 5) break;
  expect(taken).toBeLessThanOrEqual(8);
  expect(isClosed).toBe(true);
});

test("a slow source holds up neither outcomes nor requests that depend on them", async () => {
  await using server = await serve();
  const first = Promise.withResolvers<unknown>();
  async function* chain() {
    yield { ...block, inputValues: { n: 1 } };
    // Known only from the outcome of the first.
    yield { ...block, inputValues: { n: await first.promise } };
  }
  const seen = [];
  for await (const outcome of server.client.tasks.runMany(chain())) {
    if (outcome.status === "rejected") throw outcome.reason;
    seen.push(outcome.value.result.n);
    first.resolve(2);
  }
  expect(seen).toEqual([1, 2]);
});

test("an abort and the end of the loop do not wait for a source that gives nothing", async () => {
  const created: string[] = [];
  const hooks = { onRequest: ({ method, path }: RequestInfo) => void created.push(`${method} ${path}`) };
  await using server = await serve({ onTask: (task) => task.setStatus("running") }, { hooks });
  const neverMore = Promise.withResolvers<undefined>();
  const left: string[] = [];
  async function* stuck(name: string) {
    try {
      yield block;
      await neverMore.promise;
      yield block;
    } finally {
      left.push(name);
    }
  }
  const abort = new AbortController();
  const aborted = expect(
    server.client.tasks.runMany(stuck("aborted"), { signal: abort.signal }).next(),
  ).rejects.toBe("enough");
  await expect.poll(() => server.fake.tasks.size).toBe(1);
  abort.abort("enough");
  await aborted;

  server.fake.inject({ kind: "status", status: 400 }, { method: "POST" });
  for await (const outcome of server.client.tasks.runMany(stuck("broken off"))) {
    expect(outcome.status).toBe("rejected");
    break;
  }
  created.length = 0;
  neverMore.resolve(undefined);
  await expect.poll(() => left).toEqual(["aborted", "broken off"]);
  // What came too late was not run.
  expect(created).toEqual([]);
});

test("a source that fails ends the loop with its own failure", async () => {
  await using server = await serve({ onTask: (task) => task.setStatus("running") });
  const broken = new Error("the queue is gone");
  async function* breaking() {
    yield block;
    throw broken;
  }
  await expect(server.client.tasks.runMany(breaking()).next()).rejects.toBe(broken);
  await expect.poll(() => server.requestsInFlight()).toBe(0);
});
