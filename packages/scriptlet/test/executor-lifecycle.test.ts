import { access } from "node:fs/promises";
import { expect, test } from "vitest";
import { openSession } from "./helpers/open-session.ts";

const blocks = {
  "echo.mjs": `export default (inputs) => ({ value: inputs });`,
  "wait.mjs": `export default (inputs, context) => { for (let i = 0; i < 300; i++) context.output("value", i); return context.keepAlive; };`,
};

test("the engine's bare debug port does no harm, and ExecutorReady echoes identifier and package", async () => {
  await using session = await openSession(blocks, { debug: ["--enable-source-maps", "9230"] });
  const ready = await session.engine.next(({ type }) => type === "ExecutorReady");
  expect(ready).toMatchObject({
    executor_name: "nodejs",
    identifier: session.engine.identifier,
    package: session.workspace.path,
    process_id: session.executor.child.pid,
  });
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "leaves on %s, after the broker has all that was sent",
  async (signal) => {
    await using session = await openSession(blocks);
    const { engine, executor, workspace } = session;
    const jobId = await engine.start({ dir: workspace.path, entry: "wait.mjs", outputs: ["value"] });
    await engine.next(({ type, job_id }) => type === "BlockOutput" && job_id === jobId);
    executor.child.kill(signal);
    // Not 0: the engine would let the open job hang.
    expect(await executor.exited).toEqual({ code: 1, signal: null });
    const outputs = engine.messagesOf(jobId).filter(({ type }) => type === "BlockOutput");
    expect(outputs.map(({ output }) => output)).toEqual(Array.from({ length: 300 }, (_, index) => index));
  },
);

test("leaves on SIGTERM with code 0 when no job is open", async () => {
  await using session = await openSession(blocks);
  await session.engine.run({ dir: session.workspace.path, entry: "echo.mjs" });
  session.executor.child.kill("SIGTERM");
  expect(await session.executor.exited).toEqual({ code: 0, signal: null });
});

test("leaves when the engine that started it is gone without a word, with all that its blocks started", async () => {
  await using session = await openSession({
    "start.mjs": `import { spawn } from "node:child_process";
      export default (_, context) => {
        const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
        context.output("value", child.pid);
        return context.keepAlive;
      };`,
  });
  const { engine, broker, workspace } = session;
  // Only the orphan is to take the job, not the session's own executor, which has the same name.
  session.executor.child.kill("SIGTERM");
  await session.executor.exited;
  // A parent between us and the executor, which can be killed.
  const { processId, killParent } = await engine.spawnOrphan(broker.address);
  await engine.start({ dir: workspace.path, entry: "start.mjs", outputs: ["value"] });
  const { output } = await engine.next(({ type }) => type === "BlockOutput");
  expect([isAlive(processId), isAlive(Number(output))]).toEqual([true, true]);
  killParent();
  await expect.poll(() => isAlive(processId), { timeout: 10_000, interval: 100 }).toBe(false);
  await expect.poll(() => isAlive(Number(output)), { timeout: 10_000, interval: 100 }).toBe(false);
});

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

test("leaves with code 0 when its session finishes, without a file beside the sources", async () => {
  await using session = await openSession(blocks);
  const { engine, executor, workspace } = session;
  await engine.run({ dir: workspace.path, entry: "echo.mjs" });
  await engine.finishSession();
  expect(await executor.exited).toEqual({ code: 0, signal: null });
  await expect(access(`${workspace.path}/echo.js`)).rejects.toThrow();
});

test("survives a closed log pipe", async () => {
  await using session = await openSession({
    ...blocks,
    "print.mjs": `export default () => { setTimeout(() => console.log("after the end"), 1); };`,
  });
  const { engine, executor, workspace } = session;
  executor.child.stdout?.destroy();
  executor.child.stderr?.destroy();
  await engine.run({ dir: workspace.path, entry: "print.mjs" });
  await engine.run({ dir: workspace.path, entry: "print.mjs" });
  const { finish } = await engine.run({ dir: workspace.path, entry: "echo.mjs", outputs: ["value"] });
  expect(finish.result).toEqual({ value: {} });
});

test("says in one sentence that the broker is not there", async () => {
  await expect(openSession(blocks, { debug: ["--address", "127.0.0.1:1"] })).rejects.toThrow(
    /Could not connect to the MQTT broker at 127\.0\.0\.1:1/,
  );
});
