import { expect, test } from "vitest";
import { openSession } from "./helpers/open-session.ts";

test("runs a TypeScript block from run_block to BlockFinished", async () => {
  await using session = await openSession({
    "tasks/upper/main.ts": `export default async ({ who }: { who: string }, context: any) => {
      console.log("hello");
      context.output("text", who);
      return { loud: who.toUpperCase() };
    };`,
  });
  const { finish, messages } = await session.engine.run({
    dir: `${session.workspace.path}/tasks/upper`,
    entry: "main.ts",
    inputs: { who: "world" },
    outputs: ["text", "loud"],
  });

  expect(finish).toMatchObject({ result: { loud: "WORLD" } });
  expect(finish).not.toHaveProperty("error");
  expect(messages.map(({ type }) => type)).toEqual([
    "BlockReady",
    "BlockLog",
    "BlockOutput",
    "BlockFinished",
  ]);
  expect(messages[1]).toMatchObject({ log: "hello", stdio: "stdout", stacks: [{ node_id: "node-1" }] });
});
