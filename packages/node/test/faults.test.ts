import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { OomolConnectClient, OomolConnectError } from "@oomol/connect-node";
import { createFaultPlan, createHastyClock, httpFaultKinds, openHttpFaultProxy } from "@oomol/fault-proxy";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { serveFake } from "./helpers/serve-fake.ts";

// The client's pauses pass ten times as fast.
const haste = 10;
const clock = createHastyClock(haste);

test("uploads over a network that breaks every fourth request arrive whole, once", async () => {
  await using folder = await createTemporaryFolder();
  const fake = new FakeConnectServer({ extensions: ["wait", "after", "events", "idempotency"] });
  await using server = await serveFake(fake);
  const plan = createFaultPlan({ seed: 4, share: 0.25, kinds: httpFaultKinds });
  await using proxy = await openHttpFaultProxy({ target: server.origin, plan });
  const client = new OomolConnectClient({ baseUrl: `${proxy.origin}/api`, timeoutMs: 3_000, clock });
  await client.tasks.list();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, async (_, index) => {
      const path = join(folder.path, `${index}.bin`);
      const bytes = Buffer.alloc(1 + index * 5_000, index);
      await writeFile(path, bytes);
      const { taskId } = await client.tasks.runWithFiles("a::b", { index }, path, { timeoutMs: 200_000 });
      return { taskId, bytes };
    }),
  );
  const failures = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason);
  expect(failures.filter((failure) => !(failure instanceof OomolConnectError))).toEqual([]);
  expect(failures.length).toBeLessThan(8);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") continue;
    const { taskId, bytes } = outcome.value;
    const files = fake.tasks.get(taskId)?.files ?? [];
    expect(files.map((file) => file.bytes.length)).toEqual([bytes.length]);
    expect(bytes.equals(files[0]?.bytes ?? Buffer.of())).toBe(true);
  }
  expect(fake.tasks.size).toBeLessThanOrEqual(40);
  await client.close();
  await expect.poll(() => proxy.requests()).toBe(0);
}, 120_000);
