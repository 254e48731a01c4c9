import { expect, test } from "vitest";
import { expectNothingLost, keepSending, numbersOf } from "./helpers/keep-sending.ts";
import { openHeldBroker } from "./helpers/open-held-broker.ts";
import { openMosquitto } from "./helpers/open-mosquitto.ts";
import { openMemorySession, openSessionOver } from "./helpers/open-session.ts";

const blocks = { "keep-sending.mjs": keepSending };

test("of what a broker that is killed ten times has not acknowledged, nothing is lost or doubled", async () => {
  await using session = await openSessionOver(openHeldBroker, blocks);
  const { engine, broker, workspace } = session;
  const inputs = { flag: `${workspace.path}/flag` };
  const jobId = await engine.start({
    dir: workspace.path,
    entry: "keep-sending.mjs",
    outputs: ["value"],
    inputs,
  });
  for (let kill = 0; kill < 10; kill += 1) {
    const before = numbersOf(engine, jobId).length;
    await engine.next(({ output }) => Number(output) > before + 500);
    broker.hold();
    await engine.hearItself();
    await broker.kill();
    await broker.start();
  }
  await workspace.write("flag", "");
  await expectNothingLost(engine, jobId);
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
