import pg from "pg";
import { expect, test } from "vitest";
import { openProcesses } from "./cluster/open-processes.ts";
import { idOf, makeDataDirectory, type TestClient, toNodes } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";
import { openReceiver, type Received } from "./webhook-receiver.ts";

const allow = ["--webhook-allow", "127.0.0.1"];

async function createTold(client: TestClient, url: string, manifest = "lab::shout", inputs: object = shout) {
  const webhook = { url, events: ["task.running", "task.completed", "task.failed"] };
  const body = JSON.stringify({ manifest, inputValues: toNodes({ ...inputs }), webhook });
  const headers = { "Content-Type": "application/json" };
  return idOf(await client.request("/v1/tasks", { method: "POST", headers, body }));
}

const shout = { text: "x", mark: "!" };

/** What a receiver has heard of each task, without what came twice. */
function heard(received: readonly Received[]): Map<string, string[]> {
  const seen = new Set<string>();
  const byTask = new Map<string, string[]>();
  for (const { headers, event } of received) {
    const id = headers["webhook-id"] ?? "";
    if (seen.has(id)) continue;
    seen.add(id);
    const { id: taskId } = event.data.task;
    byTask.set(taskId, [...(byTask.get(taskId) ?? []), event.type]);
  }
  return byTask;
}

/** As if the time were over for which nobody else sends what a process has under way. */
async function endLeases(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query("update webhook_deliveries set next_at = created_at where lease is not null");
  await client.end();
}

test("a server that is killed with kill -9 tells what it had to tell when it is started again", async () => {
  await using data = await makeDataDirectory();
  const flags = ["--data", data.path, "--concurrency", "2", "--spare-executors", "0", ...allow];
  // It holds every answer until the server that sent is gone.
  let isHolding = true;
  await using receiver = await openReceiver({
    answer: () => (isHolding ? new Promise<never>(() => undefined) : { status: 204 }),
  });
  await using first = await startProgram(flags);
  const ended = await createTold(first.client, receiver.url);
  expect(await first.client.waitForEnd(ended)).toMatchObject({ status: "completed" });
  const running = await createTold(first.client, receiver.url, "lab::hang", {});
  await first.client.waitForLog(running, "BlockOutput");
  await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
  first.child.kill("SIGKILL");
  await first.exited;
  isHolding = false;
  await using _second = await startProgram(flags);
  await expect
    .poll(() => heard(receiver.received), { timeout: 20_000 })
    .toEqual(
      new Map([
        // A task that ends within moments is not stored as running.
        [ended, expect.toSatisfy((types: string[]) => types.at(-1) === "task.completed")],
        [running, ["task.running", "task.failed"]],
      ]),
    );
});

test("in a cluster another API process tells what one had to tell that was killed with kill -9", async () => {
  await using processes = await openProcesses();
  let isHolding = true;
  await using receiver = await openReceiver({
    answer: () => (isHolding ? new Promise<never>(() => undefined) : { status: 204 }),
  });
  const first = await processes.startApi(...allow);
  await processes.startWorker("--concurrency", "2");
  const id = await createTold(first, receiver.url);
  expect(await first.waitForEnd(id)).toMatchObject({ status: "completed" });
  await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
  const [api] = processes.children();
  api?.kill("SIGKILL");
  isHolding = false;
  await endLeases(processes.databaseUrl);
  const second = await processes.startApi(...allow);
  const deliveries = async () =>
    (await second.getJson<{ deliveries: { state: string }[] }>(`/v1/webhooks/deliveries?taskId=${id}`))
      .deliveries;
  await expect
    .poll(async () => (await deliveries()).every(({ state }) => state === "delivered"), {
      timeout: 20_000,
    })
    .toBe(true);
  expect(heard(receiver.received).get(id)?.at(-1)).toBe("task.completed");
});
