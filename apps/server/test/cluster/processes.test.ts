import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { TestClient } from "../open-test-server.ts";
import type { ClusterProcess } from "./cluster-process.ts";
import { startProcesses } from "./start-processes.ts";

const gaplessIds = async (client: TestClient, id: string) => {
  const logs = await client.logs(id);
  expect(logs.map((log) => log.id)).toEqual(logs.map((_log, index) => index));
  return logs;
};

/** Which of the workers runs the task: the parent of the executor that its block names. */
async function ownerOf(client: TestClient, id: string, workers: readonly ClusterProcess[]) {
  const { event } = await client.waitForLog(id, "BlockOutput");
  const [executor = 0] = event.output as number[];
  const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${executor}/status`, "utf8"))?.[1]);
  const owner = workers.find(({ child }) => child.pid === parent);
  if (!owner) throw new Error("no worker runs the task");
  return owner;
}

test("a worker that is killed loses its task to another, whose logs follow; stop ends it at any API process", async () => {
  await using cluster = await startProcesses({ apis: 2, workers: 2 });
  const [first, second] = cluster.apis.map(({ client }) => client);
  if (!first || !second) throw new Error("there are two");
  const id = await first.start("lab::hang");
  const owner = await ownerOf(first, id, cluster.workers);
  const before = await gaplessIds(first, id);
  const lostAtMs = Date.now();
  owner.child.kill("SIGKILL");
  const sessions = async () => new Set((await second.logs(id)).map((log) => log.event.session_id)).size;
  await expect.poll(sessions, { timeout: 40_000 }).toBe(2);
  expect(Date.now() - lostAtMs).toBeLessThan(30_000);

  await second.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(await first.waitForEnd(id)).toMatchObject({ status: "stopped" });
  expect((await gaplessIds(first, id)).slice(0, before.length)).toEqual(before);
});

test("a worker that comes back from a freeze changes nothing about what another has taken over", async () => {
  await using cluster = await startProcesses({ apis: 1, workers: 2 });
  const client = cluster.apis[0]?.client;
  if (!client) throw new Error("there is one");
  const id = await client.start("lab::hang");
  const frozen = await ownerOf(client, id, cluster.workers);
  frozen.child.kill("SIGSTOP");
  const sessions = async () => new Set((await client.logs(id)).map((log) => log.event.session_id)).size;
  await expect.poll(sessions, { timeout: 40_000 }).toBe(2);
  await client.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  const ended = await client.waitForEnd(id);
  const logs = await gaplessIds(client, id);
  frozen.child.kill("SIGCONT");
  // It takes tasks again, so it has found out what it lost.
  for (const { child } of cluster.workers) if (child !== frozen.child) child.kill("SIGKILL");
  const next = await client.start("lab::shout", { text: "x" });
  expect(await client.waitForEnd(next)).toMatchObject({ status: "completed" });
  expect([await client.waitForEnd(id), await client.logs(id)]).toEqual([ended, logs]);
});

test("stop ends a task whose worker is dead", async () => {
  await using cluster = await startProcesses({ apis: 1, workers: 1 });
  const client = cluster.apis[0]?.client;
  if (!client) throw new Error("there is one");
  const id = await client.start("lab::hang");
  await client.waitForLog(id, "BlockOutput");
  for (const { child } of cluster.workers) child.kill("SIGKILL");
  await client.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(await client.waitForEnd(id)).toMatchObject({ status: "stopped" });
  expect((await gaplessIds(client, id)).at(-1)?.event.error).toMatch(/did not answer/);
});
