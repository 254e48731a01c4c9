import { afterAll, beforeAll, expect, test } from "vitest";
import { endingCases } from "./helpers/ending-blocks.ts";
import { openSession, type TestSession } from "./helpers/open-session.ts";

let session: TestSession;

beforeAll(async () => {
  const files = endingCases.map(({ body }, index) => [
    `block-${index}.mjs`,
    `export default async (inputs, context) => { ${body} };`,
  ]);
  session = await openSession(Object.fromEntries(files));
});

afterAll(() => session[Symbol.asyncDispose]());

test.each(endingCases.map((ending, index) => ({ ...ending, index })))(
  "finishes exactly once when a block $title",
  async ({ index, error, result }) => {
    const { engine, workspace } = session;
    const { jobId, finish } = await engine.run({
      dir: workspace.path,
      entry: `block-${index}.mjs`,
      outputs: ["value"],
    });

    if (error === undefined) expect(finish).not.toHaveProperty("error");
    else expect(finish.error).toContain(error);
    if (result === undefined) expect(finish).not.toHaveProperty("result");
    else expect(finish.result).toEqual(result);

    // Whatever else this job might say would come before the end of a job started now.
    await engine.run({ dir: workspace.path, entry: "block-0.mjs", outputs: ["value"] });
    const messages = engine.messagesOf(jobId);
    expect(messages.filter(({ type }) => type === "BlockFinished")).toHaveLength(1);
    expect(messages.at(-1)?.type).toBe("BlockFinished");
    expect(session.executor.child.exitCode).toBeNull();
  },
);

test("all of these end side by side in one process", async () => {
  const { engine, workspace } = session;
  const jobs = endingCases.map((_, index) =>
    engine.run({ dir: workspace.path, entry: `block-${index}.mjs`, outputs: ["value"] }),
  );
  for (const [index, { finish }] of (await Promise.all(jobs)).entries()) {
    expect("error" in finish, endingCases[index]?.title).toBe(endingCases[index]?.error !== undefined);
  }
});
