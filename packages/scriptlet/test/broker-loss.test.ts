import { expect, test } from "vitest";
import { openMosquitto } from "./helpers/open-mosquitto.ts";
import { openMemorySession, openSessionOver } from "./helpers/open-session.ts";

const blocks = {
  "keep-sending.mjs": `import { existsSync } from "node:fs";
    export default async ({ flag }, context) => {
      let next = 0;
      while (!existsSync(flag)) {
        const burst = Array.from({ length: 20 }, () => context.output("value", next++));
        console.log(next);
        await Promise.all(burst);
      }
      return { value: next };
    };`,
};

test("a broker that is killed and comes back ten times loses nothing and doubles nothing", async () => {
  await using session = await openSessionOver(openMosquitto, blocks);
  const { engine, broker, workspace } = session;
  const inputs = { flag: `${workspace.path}/flag` };
  const jobId = await engine.start({
    dir: workspace.path,
    entry: "keep-sending.mjs",
    outputs: ["value"],
    inputs,
  });
  const outputs = () =>
    engine.messagesOf(jobId).flatMap(({ type, output }) => (type === "BlockOutput" ? [Number(output)] : []));

  for (let kill = 0; kill < 10; kill += 1) {
    const before = outputs().length;
    await engine.next(({ output }) => Number(output) > before + 500);
    await broker.kill();
    await broker.start();
  }
  await workspace.write("flag", "");
  const { finish } = await engine.finished(jobId);
  const sent = (finish.result as { value: number }).value;
  expect(outputs()).toEqual(Array.from({ length: sent }, (_, index) => index));
  await engine.next(({ log }) => log === String(sent));
  const messages = engine.messagesOf(jobId);
  const logs = messages.flatMap(({ log }) => (log === undefined ? [] : [Number(log)]));
  expect(logs).toEqual(Array.from({ length: sent / 20 }, (_, index) => (index + 1) * 20));
  const others = messages.filter(({ type }) => type !== "BlockOutput" && type !== "BlockLog");
  expect(others.map(({ type }) => type)).toEqual(["BlockReady", "BlockFinished"]);
});

test("an executor whose broker never comes back leaves with code 1 and says why", async () => {
  await using session = await openSessionOver(openMosquitto, blocks);
  const { engine, broker, executor, workspace } = session;
  const inputs = { flag: `${workspace.path}/never` };
  await engine.start({ dir: workspace.path, entry: "keep-sending.mjs", outputs: ["value"], inputs });
  await engine.next(({ type }) => type === "BlockOutput");
  await broker.kill();
  expect(await executor.exited).toEqual({ code: 1, signal: null });
  expect(executor.stderr).toContain("leaving, because the broker has gone");
});

test("a job whose inputs never come ends with an error that says so", async () => {
  await using session = await openMemorySession(blocks, { inputsTimeoutMs: 20 });
  const job = { dir: session.workspace.path, entry: "keep-sending.mjs", withholdInputs: true };
  const { finish } = await session.engine.run(job);
  expect(finish.error).toContain("The engine did not send the block's inputs within 20 ms of BlockReady.");
});
