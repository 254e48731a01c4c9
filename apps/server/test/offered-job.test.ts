import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { openBroker } from "../src/broker/broker.ts";
import type { SessionMessage } from "../src/broker/read-message.ts";
import { openExecutorSession } from "../src/engine/executor-session.ts";
import { offerJob } from "../src/engine/offered-job.ts";
import { readPackage } from "../src/packages/read-package.ts";
import { fixturePackages, makeDataDirectory } from "./open-test-server.ts";

test("an executor rehearses while it waits for the inputs of a job, until somebody takes the job", async () => {
  await using setup = await openSession();
  const { session, block, messages } = setup;
  const job = offerJob(session, block);
  const rehearsed = () => messages.filter(({ type }) => type === "BlockFinished");
  await expect.poll(rehearsed, { timeout: 15_000 }).toHaveLength(3);
  const told = { text: "A rehearsal of the executor." };
  expect(rehearsed().map(({ result }) => result)).toEqual([told, told, told]);
  expect(messages).toContainEqual(expect.objectContaining({ type: "BlockReady", job_id: job?.id }));
  expect(job?.take()).toBe(true);
});

test("a job that is taken before the executor is ready is not offered to it, and nothing is rehearsed", async () => {
  await using setup = await openSession();
  const { session, block, messages } = setup;
  expect(offerJob(session, block)?.take()).toBe(false);
  await session.executor.ready;
  await session.end({ type: "SessionFinished", session_id: session.id });
  expect(messages.map(({ type }) => type)).toEqual(["ExecutorReady"]);
});

async function openSession() {
  const data = await makeDataDirectory();
  const log = pino({ level: "silent" });
  const broker = await openBroker(log);
  const lab = await readPackage(join(fixturePackages, "lab"));
  const block = lab?.blocks.find(({ name }) => name === "shout");
  if (!block) throw new Error("The fixture has no such block.");
  const settings = {
    broker,
    dataDirectory: data.path,
    log,
    retainedVariables: [],
    taskMemoryBytes: undefined,
  };
  const session = await openExecutorSession(
    { ...settings, executorReadyTimeoutMs: 15_000 },
    { ...block, executorName: "nodejs" },
  );
  const messages: SessionMessage[] = [];
  session.room.listen((message) => messages.push(message));
  return {
    ...{ session, block, messages },
    async [Symbol.asyncDispose]() {
      await session.kill();
      await broker.close();
      await data[Symbol.asyncDispose]();
    },
  };
}
