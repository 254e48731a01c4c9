import { FakeConnectServer } from "@oomol/connect-core/testing";
import { extensionNames } from "@oomol/connect-core/wire";
import { createFaultPlan, httpFaultKinds, openHttpFaultProxy } from "@oomol/fault-proxy";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openPage } from "./helpers/open-page.ts";

afterAll(closeBrowser);

const runs = 30;

test.each([
  ["a server in the field", [], 1],
  // Many runs share a stream there: of their creations alone every kind of fault meets one with this seed.
  ["a server with every extension", extensionNames, 53],
] as const)(
  "a page behind a network that breaks every fourth request uploads and waits to the true result or one of our errors: %s",
  { timeout: 120_000 },
  async (_, extensions, seed) => {
    const fake = new FakeConnectServer({
      extensions,
      onTask: (task) => {
        task.setStatus("running").log("BlockLog", { log: "begun" });
        setTimeout(() => task.complete({ id: task.id, bytes: task.files[0]?.bytes.length }), 50);
      },
    });
    await using opened = await openPage(fakeHandler(fake));
    const { page, server } = opened;
    const plan = createFaultPlan({ seed, share: 0.25, kinds: httpFaultKinds });
    let isStriking = false;
    await using proxy = await openHttpFaultProxy({
      target: server.origin,
      plan: {
        draw() {
          const fault = isStriking ? plan.draw() : undefined;
          // A stream that stalls for good is given up after 45 seconds, too long for this test.
          return fault && extensions.length > 0 ? { ...fault, howLong: fault.howLong * 0.6 } : fault;
        },
      },
    });
    await page.goto(`${proxy.origin}/`);
    await page.waitForFunction(() => "connect" in window);
    await page.evaluate(async () => {
      window.client = new window.connect.OomolConnectClient({
        timeoutMs: 1_500,
        retry: { baseMs: 20, maxMs: 200, limit: 6 },
      });
      // What the server can do is known from its first answer.
      await window.client.tasks.list();
    });
    isStriking = true;
    const outcomes = await page.evaluate(
      (count) =>
        Promise.all(
          Array.from({ length: count }, async (_, index) => {
            const file = new File([new Uint8Array(1 + index * 5_000)], `${index}.bin`);
            try {
              const run = await window.client.tasks.runWithFiles("a::b", { index }, file, {
                timeoutMs: 30_000,
              });
              return { index, taskId: run.taskId, result: run.result };
            } catch (failure) {
              const { OomolConnectError, TaskFailedError } = window.connect;
              const isOurs = failure instanceof OomolConnectError && !(failure instanceof TaskFailedError);
              return { index, failure: String(failure), isOurs };
            }
          }),
        ),
      runs,
    );
    isStriking = false;

    expect(outcomes.filter(({ isOurs }) => isOurs === false)).toEqual([]);
    const failures = outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    if (extensions.length > 0) expect(failures).toEqual([]);
    const done = outcomes.filter(({ taskId }) => taskId !== undefined);
    // How many is a matter of the network and the machine; that each tells the truth is not.
    expect(done.length).toBeGreaterThan(0);
    for (const { index, taskId, result } of done) {
      expect(result).toEqual({ id: taskId, bytes: 1 + index * 5_000 });
    }
    expect(new Set(done.map(({ taskId }) => taskId)).size).toBe(done.length);
    // Without keys, a gateway or the browser itself may have sent a creation twice.
    if (extensions.length > 0) expect(fake.tasks.size).toBe(runs);
    expect(Object.values(plan.tally).filter((count) => count > 0).length).toBeGreaterThan(4);
    await expect.poll(() => proxy.requests()).toBe(0);
  },
);
