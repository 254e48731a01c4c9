import { expect, test } from "vitest";
import { openEngine } from "./open-engine.ts";

// What the server never meets: it runs no block directly on the engine, and its executors do what they should.

/** A session whose one job has been offered. */
async function openJob(path: string, ...flags: string[]) {
  const engine = await openEngine(path, ...flags);
  const { job_id } = await engine.hear("BlockStarted");
  await engine.sayReady();
  await engine.hear("BlockPayload");
  return { ...engine, job_id };
}

test("a job is offered again until its block is ready, and once more with a second ExecutorReady", async () => {
  await using job = await openJob("p/flows/single");
  const { job_id } = await job.hear("BlockPayload", 2);
  expect(job_id).toBe(job.job_id);
  await job.say("BlockReady", { job_id });
  await job.hear("BlockInputs");
  const before = job.all("BlockPayload").length;
  await job.sayReady();
  await job.hear("BlockPayload", before + 1);
});

test("inputs are given once: a second BlockReady gets null", async () => {
  await using job = await openJob("p/flows/single");
  for (const _time of [1, 2]) await job.say("BlockReady", { job_id: job.job_id });
  expect(await job.hear("BlockInputs", 2)).toMatchObject({ inputs: null });
  expect(job.all("BlockInputs")[0]).toMatchObject({ inputs: { text: "told" } });
});

test("what comes behind the end of a job is reported again, and its flow still ends well", async () => {
  await using job = await openJob("p/flows/single");
  const { job_id } = job;
  await job.say("BlockReady", { job_id });
  await job.say("BlockFinished", { job_id, result: {} });
  await job.say("BlockOutput", { job_id, handle: "late", output: 1 });
  await job.say("BlockFinished", { job_id, error: "late" });
  expect(await job.exited).toEqual({ code: 0, printed: "" });
  const reported = (type: string) => job.all(type).filter(({ topic }) => topic === "report");
  expect(reported("BlockOutput")).toMatchObject([{ job_id, handle: "late" }]);
  expect(reported("BlockFinished")).toMatchObject([{ result: {} }, { error: "late" }]);
  expect(reported("SessionFinished")[0]).not.toHaveProperty("error");
});

test("a block that is run directly runs without what it needs", async () => {
  await using job = await openJob("p/tasks/one/task.oo.yaml");
  await job.say("BlockReady", { job_id: job.job_id });
  expect(await job.hear("BlockInputs")).toMatchObject({ inputs: {} });
});

test("the children of a block that is run directly are not answered, and self is where the engine was started", async () => {
  await using job = await openJob("p/tasks/one/task.oo.yaml");
  const { job_id } = job;
  const ask = (fields: object) => job.say("BlockRequest", { job_id, ...fields });
  await ask({ action: "QueryBlock", request_id: "q", block: "self::near" });
  expect(await job.hearAnswer("q")).toMatchObject({ result: { outputs_def: { here: { handle: "here" } } } });
  await ask({
    ...{ action: "RunBlock", request_id: "r", block: "self::near", block_job_id: "child" },
    payload: { inputs: {} },
  });
  await job.hear("BlockStarted", 2);
  await job.say("BlockReady", { job_id: "child" });
  await job.say("BlockReady", { job_id });
  // It has been through the messages before.
  await job.hear("BlockInputs");
  expect(job.all("BlockInputs").map((message) => message.job_id)).toEqual([job_id]);
});

test("inputs that are no JSON are passed over; another broken flow of the package does not matter", async () => {
  await using job = await openJob("p/flows/single", "--inputs", "{");
  await job.say("BlockFinished", { job_id: job.job_id });
  expect(await job.exited).toEqual({ code: 0, printed: "" });
});

test("inputs of nodes that are no JSON end the engine with 255, without a word and without an end", async () => {
  await using engine = await openEngine("p/flows/single", "--nodes-inputs", "{");
  expect(await engine.exited).toEqual({ code: 255, printed: "" });
  await engine.hear("SessionStarted");
  expect(engine.all("SessionFinished")).toEqual([]);
});
