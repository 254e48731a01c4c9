import { readdir, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Context } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";
import { openSession } from "./helpers/open-session.ts";

const outputs = { bytes: { handle: "bytes", json_schema: { contentMediaType: "oomol/bin" } } };

test("an output of 1 GiB from a stream takes no memory and keeps its place", async () => {
  await using session = await openSession({
    "large.mjs": `const chunk = Buffer.alloc(1 << 20);
      async function* chunks() { for (let i = 0; i < 1024; i++) yield chunk; }
      export default async (inputs, context) => {
        const before = process.resourceUsage().maxRSS;
        void context.output("bytes", chunks());
        await context.outputs({ last: 1 });
        return { last: Math.round((process.resourceUsage().maxRSS - before) / 1024) };
      };`,
  });
  const { finish, messages } = await session.engine.run({
    dir: session.workspace.path,
    entry: "large.mjs",
    outputs: { ...outputs, last: { handle: "last" } },
  });
  expect(messages.map(({ type }) => type)).toEqual([
    "BlockReady",
    "BlockOutput",
    "BlockOutputs",
    "BlockFinished",
  ]);
  const reference = messages[1]?.output as { value: string } | undefined;
  expect((await stat(String(reference?.value))).size).toBe(2 ** 30);
  expect((finish.result as { last: number }).last, "MB more than before").toBeLessThan(128);
});

test("streams of Node and of the web, blobs, and text become bytes", async () => {
  const send = (_: object, context: Context) => {
    void context.output("bytes", Readable.from([Buffer.from("a"), "ä"]));
    void context.output("bytes", new Response("web").body);
    void context.output("bytes", new Blob(["blob"]));
    return { bytes: new Uint16Array([0x4141]) };
  };
  await using run = await runBlock(send, { outputsDef: outputs });
  expect(run.outputs.map(({ value }) => String(value))).toEqual(["aä", "web", "blob"]);
  expect(String(run.result?.bytes)).toBe("AA");
});

test("a stream that breaks is an error, leaves no file, and the block goes on", async () => {
  async function* broken() {
    yield Buffer.from("half");
    throw new Error("the line went dead");
  }
  const send = (_: object, context: Context) => {
    void context.output("bytes", broken());
    void context.output("bytes", Readable.from([1]));
    void context.output("bytes", Buffer.from("next"));
  };
  await using run = await runBlock(send, { outputsDef: outputs });
  expect(run.errors).toEqual([
    expect.stringContaining("the line went dead"),
    expect.stringContaining("must give bytes or text"),
  ]);
  expect(run.outputs.map(({ value }) => String(value))).toEqual(["next"]);
  const files = await readdir(run.directories.sessionDir, { recursive: true, withFileTypes: true });
  expect(files.filter((file) => file.isFile())).toHaveLength(1);
  expect(run.error).toBeUndefined();
});

test("a second output of a handle overwrites nothing, and no handle's name leads out of the folder", async () => {
  const handle = "../../../escaped/name";
  const send = async (_: object, context: Context) => {
    await context.output(handle, Buffer.from("first"));
    await context.output(handle, Buffer.from("second"));
  };
  const bin = { handle, json_schema: { contentMediaType: "oomol/bin" } };
  await using run = await runBlock(send, { outputsDef: { [handle]: bin } });
  expect(run.outputs.map(({ value }) => String(value))).toEqual(["first", "second"]);
  const files = await readdir(run.directories.sessionDir, { recursive: true, withFileTypes: true });
  expect(files.filter((file) => file.isFile())).toHaveLength(2);
});

test("a file that one executor has written is read by another", async () => {
  await using first = await openSession({
    "give.mjs": `export default () => ({ bytes: Buffer.from("kept") });`,
    "take.mjs": `export default ({ bytes }) => ({ bytes: bytes.toString() });`,
  });
  const dir = first.workspace.path;
  const { finish } = await first.engine.run({ dir, entry: "give.mjs", outputs });
  first.executor.child.kill("SIGTERM");
  await first.executor.exited;
  await using _second = await first.engine.spawnExecutor(first.broker.address);
  const inputs = finish.result as Record<string, unknown>;
  const taken = await first.engine.run({ dir, entry: "take.mjs", outputs: ["bytes"], inputs });
  expect(taken.finish.result).toEqual({ bytes: "kept" });
});
