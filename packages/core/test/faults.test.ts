import { OomolConnectClient, OomolConnectError, TaskFailedError } from "@oomol/connect-core";
import { createFaultPlan, createHastyClock, httpFaultKinds, openHttpFaultProxy } from "@oomol/fault-proxy";
import { expect, test } from "vitest";
import { extensionNames } from "../src/wire/index.ts";
import { serve } from "./helpers/serve.ts";

const runs = 60;
// The client's pauses pass ten times as fast: it takes a stream for dead only after 45 s of silence.
const haste = 10;
const clock = createHastyClock(haste);

test.each([
  ["a server in the field", []],
  ["a server with every extension", extensionNames],
] as const)(
  "a network that breaks every fifth request: %s",
  async (_, extensions) => {
    await using server = await serve({
      extensions,
      onTask: (task) => {
        task.setStatus("running");
        const step = (left: number) => {
          if (left === 0) return void task.complete({ id: task.id });
          task.log("BlockLog", { log: `${left}` });
          setTimeout(() => step(left - 1), 10);
        };
        step(5);
      },
    });
    const plan = createFaultPlan({ seed: 2026, share: 0.2, kinds: httpFaultKinds });
    await using proxy = await openHttpFaultProxy({ target: new URL(server.baseUrl).origin, plan });
    const client = new OomolConnectClient({ baseUrl: `${proxy.origin}/api`, timeoutMs: 3_000, clock });
    // What a server can do is known from its first answer.
    await client.tasks.list();
    const outcomes = await Promise.allSettled(
      Array.from({ length: runs }, async () => {
        const ids: number[] = [];
        const onLog = ({ id }: { id: number }) => void ids.push(id);
        const run = await client.tasks.run({ blockId: "a::b" }, { timeoutMs: 300_000, onLog });
        return { ...run, ids };
      }),
    );
    const done = outcomes.filter((outcome) => outcome.status === "fulfilled").map(({ value }) => value);
    const failures = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason);
    // Only a creation that no key protects may end in an error, and then in one of ours that is not about the block.
    const isOurs = (failure: unknown) =>
      failure instanceof OomolConnectError && !(failure instanceof TaskFailedError);
    expect(failures.filter((failure) => !isOurs(failure))).toEqual([]);
    if (extensions.length > 0) expect(failures).toEqual([]);
    // How many is a matter of the network and the machine; that each tells the truth is not.
    expect(done.length).toBeGreaterThan(0);
    for (const { taskId, result, logs, ids } of done) {
      expect(result).toEqual({ id: taskId });
      expect(ids).toEqual(server.fake.tasks.get(taskId)?.logs.map(({ id }) => id));
      expect(logs.map(({ id }) => id)).toEqual(ids);
    }
    expect(new Set(done.map(({ taskId }) => taskId)).size).toBe(done.length);
    // A gateway that sends a creation twice makes two tasks of it where no key forbids it; with one, never.
    if (extensions.length > 0) expect(server.fake.tasks.size).toBe(runs);
    expect(plan.drawn).toBeGreaterThan(runs);
    await client.close();
    await expect.poll(() => [proxy.requests(), server.requestsInFlight()]).toEqual([0, 0]);
  },
  120_000,
);

test("a stream of events that breaks in the middle of one is opened again, and the run goes on", async () => {
  await using server = await serve({
    extensions: ["events"],
    onTask: (task) => task.setStatus("running").log("BlockLog", { log: "a".repeat(500) }),
  });
  // The third request is the stream: the list and the creation come before it.
  let requests = 0;
  const plan = {
    draw: () => {
      requests += 1;
      return requests === 3 ? { kind: "reset-answer" as const, where: 0.5, howLong: 0 } : undefined;
    },
  };
  await using proxy = await openHttpFaultProxy({
    target: new URL(server.baseUrl).origin,
    plan,
    mostBytesBefore: 1_000,
  });
  await using client = new OomolConnectClient({ baseUrl: `${proxy.origin}/api` });
  await client.tasks.list();
  const run = await client.tasks.start({ blockId: "a::b" });
  const logs = [];
  for await (const event of run) {
    if (event.type !== "log") continue;
    logs.push(event.log.id);
    server.fake.tasks.get(run.id)?.complete({ a: 1 });
  }
  expect(logs).toEqual([1, 2]);
  expect((await run.result()).result).toEqual({ a: 1 });
  const streams = server.fake.requests.filter(({ headers }) => headers.accept === "text/event-stream");
  expect(streams).toHaveLength(2);
});
