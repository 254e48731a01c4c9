import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDataDirectory, type TestClient } from "../open-test-server.ts";
import { isAlive } from "../processes.ts";
import { openProcesses } from "./open-processes.ts";

async function gaplessLogs(client: TestClient, id: string) {
  const logs = await client.logs(id);
  expect(logs.map((log) => log.id)).toEqual(logs.map((_log, index) => index + 1));
  return logs;
}

async function sessionsOf(client: TestClient, id: string): Promise<number> {
  return (await client.logs(id)).filter(({ type }) => type === "SessionStarted").length;
}

const stop = (client: TestClient, id: string) => client.request(`/v1/tasks/${id}/stop`, { method: "POST" });

/** What the hanging blocks have started: some of it leads groups of its own, and outlives a worker that is killed. */
const started: number[] = [];
afterAll(() => {
  for (const pid of started.filter(isAlive)) process.kill(pid, "SIGKILL");
});

/** Starts a task that never ends, and waits until it runs. */
async function startHanging(client: TestClient): Promise<string> {
  const id = await client.start("lab::hang");
  const { event } = await client.waitForLog(id, "BlockOutput");
  started.push(...(event.output as number[]));
  return id;
}

/** One worker is killed with three tasks, another one frozen with one; a third is there to take them. */
async function loseWorkers() {
  const processes = await openProcesses();
  const { startApi, startWorker } = processes;
  const [first, second] = [await startApi(), await startApi("--attempts", "1")];
  const killed = await startWorker("--concurrency", "3");
  const retried = await startHanging(first);
  const givenUp = await startHanging(second);
  const stopped = await startHanging(first);
  const frozen = await startWorker("--concurrency", "1");
  const takenFromFrozen = await startHanging(first);
  const heir = await startWorker("--concurrency", "2");
  const before = await gaplessLogs(first, retried);
  killed.child.kill("SIGKILL");
  frozen.child.kill("SIGSTOP");
  const tasks = { retried, givenUp, stopped, takenFromFrozen };
  return { processes, first, second, frozen, heir, tasks, before, lostAtMs: Date.now() };
}

// One wait for all of them: a worker must be silent for 10 seconds at least before it counts as lost.
describe("when workers are lost", () => {
  let stage: Awaited<ReturnType<typeof loseWorkers>>;
  beforeAll(async () => {
    stage = await loseWorkers();
  });
  afterAll(() => stage.processes[Symbol.asyncDispose]());

  test("a stop ends a task whose worker is dead", async () => {
    const { first, second, tasks } = stage;
    await stop(second, tasks.stopped);
    expect(await first.waitForEnd(tasks.stopped)).toMatchObject({ status: "stopped" });
    expect((await gaplessLogs(first, tasks.stopped)).at(-1)?.event.error).toMatch(/did not answer/);
  });

  test("another worker runs the task again within 30 seconds, and its logs follow; a stop reaches it", async () => {
    const { first, second, tasks, before, lostAtMs } = stage;
    await expect.poll(() => sessionsOf(second, tasks.retried), { timeout: 40_000 }).toBe(2);
    expect(Date.now() - lostAtMs).toBeLessThan(30_000);
    await stop(second, tasks.retried);
    expect(await first.waitForEnd(tasks.retried)).toMatchObject({ status: "stopped" });
    expect((await gaplessLogs(first, tasks.retried)).slice(0, before.length)).toEqual(before);
  });

  test("a task that had its last attempt fails with that reason, and never runs again", async () => {
    const { first, tasks } = stage;
    expect(await first.waitForEnd(tasks.givenUp)).toMatchObject({ status: "failed" });
    expect((await gaplessLogs(first, tasks.givenUp)).at(-1)).toMatchObject({
      type: "SessionFinished",
      event: {
        error: expect.stringMatching(
          /^The task was given up: its worker was lost or stopped each time it ran, \d/,
        ),
      },
    });
    expect(await sessionsOf(first, tasks.givenUp)).toBe(1);
  });

  test("a worker that comes back from a freeze changes nothing about what another has taken over", async () => {
    const { first, second, frozen, heir, tasks } = stage;
    await expect.poll(() => sessionsOf(first, tasks.takenFromFrozen), { timeout: 40_000 }).toBe(2);
    await stop(first, tasks.takenFromFrozen);
    const ended = await first.waitForEnd(tasks.takenFromFrozen);
    const logs = await gaplessLogs(first, tasks.takenFromFrozen);
    frozen.child.kill("SIGCONT");
    // It takes tasks again, so it has found out what it lost.
    heir.child.kill("SIGKILL");
    const next = await second.start("lab::shout", { text: "x" });
    expect(await first.waitForEnd(next)).toMatchObject({ status: "completed" });
    const { takenFromFrozen } = tasks;
    expect([await second.waitForEnd(takenFromFrozen), await second.logs(takenFromFrozen)]).toEqual([
      ended,
      logs,
    ]);
    expect(await sessionsOf(first, tasks.givenUp)).toBe(1);
  });
});

test("a worker that is told to end takes nothing more, and lets what runs end", async () => {
  await using data = await makeDataDirectory();
  await using processes = await openProcesses();
  const client = await processes.startApi();
  const worker = await processes.startWorker("--drain-seconds", "60");
  const signal = join(data.path, "signal");
  const id = await client.start("lab::when-told", { signal });
  await client.waitForLog(id, "BlockLog");
  worker.child.kill("SIGTERM");
  const later = await client.start("lab::shout", { text: "x" });
  await writeFile(signal, "");
  expect(await client.waitForEnd(id)).toMatchObject({ status: "completed" });
  expect(await worker.exited).toBe(0);
  expect(await client.getJson(`/v1/tasks/${later}`)).toMatchObject({ task: { status: "pending" } });
  await processes.startWorker();
  expect(await client.waitForEnd(later)).toMatchObject({ status: "completed" });
});

test("a worker that is told to end gives back what does not end in time, and another takes it at once", async () => {
  await using processes = await openProcesses();
  // From one that is silent it would be taken only after this time.
  const client = await processes.startApi("--lost-after-seconds", "600");
  const worker = await processes.startWorker("--drain-seconds", "0");
  const id = await startHanging(client);
  await processes.startWorker();
  worker.child.kill("SIGTERM");
  expect(await worker.exited).toBe(0);
  await expect.poll(() => sessionsOf(client, id)).toBe(2);
  await stop(client, id);
  expect(await client.waitForEnd(id)).toMatchObject({ status: "stopped" });
  await gaplessLogs(client, id);
});

test("a task whose executor dies while its worker stands still is not failed, but run again", async () => {
  await using processes = await openProcesses();
  const client = await processes.startApi("--lost-after-seconds", "600"); // nobody takes it meanwhile
  const worker = await processes.startWorker();
  const id = await client.start("lab::hang");
  const { event } = await client.waitForLog(id, "BlockOutput");
  const [executor = 0, ...others] = event.output as number[];
  started.push(...others);
  worker.child.kill("SIGSTOP");
  process.kill(executor, "SIGKILL");
  await delay(6_000); // what is shorter may be a busy machine
  worker.child.kill("SIGCONT");
  await expect.poll(() => sessionsOf(client, id)).toBe(2);
  await stop(client, id);
  expect(await client.waitForEnd(id)).toMatchObject({ status: "stopped" });
  await gaplessLogs(client, id);
});
