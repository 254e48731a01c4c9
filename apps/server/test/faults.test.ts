import { OomolConnectClient, OomolConnectError, TaskFailedError } from "@oomol/connect-core";
import { createFaultPlan, createHastyClock, httpFaultKinds, openHttpFaultProxy } from "@oomol/fault-proxy";
import { expect, test } from "vitest";
import { openTestServer } from "./open-test-server.ts";

// A run takes one request, or two.
const runs = 60;
/** For a run, on the real clock. */
const timeoutMs = 30_000;

// The client's pauses pass ten times as fast: it takes a stream for dead only after 45 s of silence.
const haste = 10;
const clock = createHastyClock(haste);

test.each([1])(
  "a client behind a network that breaks every fourth request gets the true result or one of our errors, in time (seed %i)",
  async (seed) => {
    await using server = await openTestServer();
    const plan = createFaultPlan({ seed, share: 0.25, kinds: httpFaultKinds });
    const proxy = await openHttpFaultProxy({ target: new URL(server.url).origin, plan });
    const client = new OomolConnectClient({ baseUrl: `${proxy.origin}/api`, timeoutMs: 4_000, clock });
    // What the server can do is known from its first answer, and with it that a creation may be repeated.
    await client.blocks.list();
    const succeeded = new Map<string, number[]>();
    const failures: unknown[] = [];
    const failedAfterMs: number[] = [];
    const latest: number[] = [];
    await Promise.all(
      Array.from({ length: runs }, async (_, index) => {
        const text = `run ${index}`;
        const ids: number[] = [];
        const onLog = ({ id }: { id: number }) => void ids.push(id);
        const startedMs = performance.now();
        try {
          const request = { blockId: "lab::shout", inputValues: { text } };
          const { taskId, result } = await client.tasks.run(request, { timeoutMs: timeoutMs * haste, onLog });
          expect(result).toMatchObject({ loud: `${text.toUpperCase()}!` });
          expect(succeeded.has(taskId)).toBe(false);
          succeeded.set(taskId, ids);
        } catch (failure) {
          failures.push(failure);
          failedAfterMs.push(performance.now() - startedMs);
        }
        latest.push(performance.now() - startedMs);
      }),
    );
    plan.end();
    await client.close();

    // The block never fails, so no failure may claim that it did.
    expect(
      failures.filter(
        (failure) => !(failure instanceof OomolConnectError) || failure instanceof TaskFailedError,
      ),
    ).toEqual([]);
    expect(succeeded.size + failures.length).toBe(runs);
    // On a busy machine the time of many may be over; who had time left succeeds, or gave up as often as it may.
    const overdue = failedAfterMs.filter((tookMs) => tookMs >= timeoutMs).length;
    expect(succeeded.size + overdue).toBeGreaterThan(runs / 2);
    expect(Math.max(...latest)).toBeLessThan(timeoutMs + 5_000);
    for (const [taskId, ids] of succeeded) {
      const written = await server.logs(taskId);
      expect(ids).toEqual(written.map(({ id }) => id));
      expect(ids).toEqual(ids.map((_, position) => position + 1));
      expect(written.filter(({ type }) => type === "BlockFinished")).toHaveLength(1);
    }
    // Nothing ran twice: each call made one task at most, however often it was sent.
    const { tasks } = await server.getJson<{ tasks: { id: string }[] }>("/v1/tasks");
    expect(tasks.length).toBeLessThanOrEqual(runs);
    expect(Object.values(plan.tally).filter((count) => count > 0).length).toBeGreaterThan(5);
    await expect.poll(() => proxy.requests()).toBe(0);
    await proxy.close();
  },
  180_000,
);
