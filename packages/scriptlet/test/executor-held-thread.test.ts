import { expect, test } from "vitest";
import { openSession } from "./helpers/open-session.ts";

/** Holds the thread, without ever giving it back, until the flag exists. */
const blocks = {
  "hold.mjs": `import { existsSync } from "node:fs";
    export default async ({ flag }, context) => {
      await context.output("value", "holding");
      while (!existsSync(flag));
    };`,
  "flood.mjs": `import { existsSync } from "node:fs";
    export default ({ flag }, context) => {
      for (let i = 0; i < 1000; i++) context.output("value", i);
      while (!existsSync(flag));
    };`,
  "count.mjs": `let calls = 0; export default () => ({ value: ++calls });`,
};

test("a block that holds the thread delays nobody's readiness and multiplies no delivery", async () => {
  await using session = await openSession(blocks);
  const { engine, workspace } = session;
  const job = { dir: workspace.path, outputs: ["value"] };
  const inputs = { flag: `${workspace.path}/flag` };
  const held = await engine.start({ ...job, entry: "hold.mjs", inputs });
  await engine.next(({ type, job_id }) => type === "BlockOutput" && job_id === held);

  const waiting = await engine.start({ ...job, entry: "count.mjs", deliveries: 4 });
  await engine.next(({ type, job_id }) => type === "BlockReady" && job_id === waiting);
  expect(engine.messagesOf(held).map(({ type }) => type)).toEqual(["BlockReady", "BlockOutput"]);

  await workspace.write("flag", "");
  expect((await engine.finished(held)).finish).not.toHaveProperty("error");
  const { finish, messages } = await engine.finished(waiting);
  expect(finish.result).toEqual({ value: 1 });
  expect(messages.map(({ type }) => type)).toEqual(["BlockReady", "BlockFinished"]);
});

test("what a block sends goes out while it holds the thread", async () => {
  await using session = await openSession(blocks);
  const { engine, workspace } = session;
  const inputs = { flag: `${workspace.path}/flag` };
  const jobId = await engine.start({ dir: workspace.path, entry: "flood.mjs", outputs: ["value"], inputs });
  await engine.next(({ output, job_id }) => output === 700 && job_id === jobId);
  await workspace.write("flag", "");
  const { messages } = await engine.finished(jobId);
  const outputs = messages.flatMap(({ type, output }) => (type === "BlockOutput" ? [output] : []));
  expect(outputs).toEqual(Array.from({ length: 1000 }, (_, index) => index));
});

test("a block that never gives the thread back does not outlive its session", async () => {
  await using session = await openSession(blocks);
  const { engine, executor, workspace } = session;
  const inputs = { flag: `${workspace.path}/never` };
  const held = await engine.start({ dir: workspace.path, entry: "hold.mjs", outputs: ["value"], inputs });
  await engine.next(({ type, job_id }) => type === "BlockOutput" && job_id === held);
  await engine.finishSession();
  expect(await executor.exited).toEqual({ code: null, signal: "SIGKILL" });
});
