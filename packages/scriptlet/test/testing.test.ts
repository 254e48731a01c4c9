import { access } from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import type { BlockFunction, Context } from "../src/index.ts";
import { BlockRunTimeoutError, runBlock } from "../src/testing/index.ts";
import { endingCases } from "./helpers/ending-blocks.ts";

afterEach(() => vi.useRealTimers());

/** The bodies of the executor's own table; what is thrown in timers belongs to no test runner. */
const cases = endingCases.filter(({ title }) => !/in a timer after|after returning|in a timer$/.test(title));

test.each(cases)("a block that $title ends in memory as it does in an executor", async (ending) => {
  const source = `return async (inputs, context) => { ${ending.body} };`;
  const main = new Function(source)() as BlockFunction;
  await using run = await runBlock(main, { outputsDef: ["value"] });
  if (ending.error === undefined) expect(run.error).toBeUndefined();
  else expect(run.error).toContain(ending.error);
  expect(run.result).toEqual(ending.result);
  expect(run.events.filter(({ type }) => type === "finish")).toHaveLength(1);
  expect(run.events.at(-1)?.type).toBe("finish");
});

test("everything a block sends comes back once, in order", async () => {
  const send = async (_: object, context: Context) => {
    void context.output("a", 1, { to_node: [{ node_id: "n", input_handle: "i" }] });
    void context.outputs({ a: 2, b: 3 });
    for (const value of [10, 20, 200]) void context.reportProgress(value);
    void context.preview({ type: "text", data: "shown" }, "one");
    void context.reportLog("line", "stderr");
    void context.logger.info("level %d", 1);
    void context.logJSON({ record: 1 });
    void context.sendMessage({ message: 1 });
    void context.sendWarning("careful");
    void context.sendError("odd");
    void context.internal.updateNodeWeight("n", 3);
    return { a: 4 };
  };
  await using run = await runBlock(send);
  expect(run.events).toEqual([
    { type: "output", handle: "a", value: 1, target: { to_node: [{ node_id: "n", input_handle: "i" }] } },
    { type: "output", handle: "a", value: 2 },
    { type: "output", handle: "b", value: 3 },
    { type: "progress", progress: 10 },
    { type: "progress", progress: 20 },
    { type: "progress", progress: 100 },
    { type: "preview", payload: { type: "text", data: "shown", id: "one" } },
    { type: "log", text: "line", stdio: "stderr" },
    { type: "log", text: "level 1", stdio: "stdout" },
    { type: "record", payload: { record: 1 } },
    { type: "message", payload: { message: 1 } },
    { type: "warning", text: "careful" },
    { type: "error", text: "odd" },
    { type: "nodeWeight", nodeId: "n", weight: 3 },
    { type: "finish", result: { a: 4 } },
  ]);
  expect(run.outputs.map(({ value }) => value)).toEqual([1, 2, 3]);
  expect(run.progress).toEqual([10, 20, 100]);
  expect(run.previews).toHaveLength(1);
  expect([run.records, run.messages, run.warnings, run.errors]).toEqual([
    [{ record: 1 }],
    [{ message: 1 }],
    ["careful"],
    ["odd"],
  ]);
});

test("inputs arrive as an engine delivers them, and objects without JSON as themselves", async () => {
  const connection = new Map([["open", true]]);
  const date = new Date(0);
  const echo = (inputs: Record<string, unknown>) => inputs;
  const variable = { contentMediaType: "oomol/var" };
  await using run = await runBlock(echo, {
    inputs: { connection, bytes: new Uint8Array([1]), list: [{ a: undefined }], date, text: "\ud83d" },
    inputsDef: [
      { handle: "date" },
      { handle: "absent", nullable: true },
      { handle: "fixed", value: 7 },
      { handle: "kept", json_schema: variable, value: 1 },
    ],
    outputsDef: ["connection", "bytes", "list", "date", "absent", "fixed", "text"].map((handle) => ({
      handle,
      ...(handle === "connection" && { json_schema: variable }),
    })),
  });
  expect(run.result).toEqual({
    connection,
    bytes: { type: "Buffer", data: [1] },
    list: [{}],
    date: "1970-01-01T00:00:00.000Z",
    absent: null,
    fixed: 7,
    text: "\ufffd",
  });
  expect(run.result?.connection).toBe(connection);
  expect(run.warnings).toEqual(["Output handle key: [kept] is not defined in Block outputs schema."]);
  await expect(runBlock(echo, { inputs: { a: 2n ** 60n }, inputsDef: [{ handle: "a" }] })).rejects.toThrow(
    "BigInt",
  );
});

test("files of outputs come back as bytes, and are removed with the run", async () => {
  const json_schema = { contentMediaType: "oomol/bin" };
  const write = (_: object, context: Context) => {
    void context.preview([{ a: 1 }]);
    return { bytes: Buffer.from("abc") };
  };
  const run = await runBlock(write, { outputsDef: [{ handle: "bytes", json_schema }] });
  expect(run.result).toEqual({ bytes: Buffer.from("abc") });
  await access(run.directories.sessionDir);
  await run[Symbol.asyncDispose]();
  await expect(access(run.directories.sessionDir)).rejects.toThrow();
});

test("the context says where it is, and reads only what the test gives it", async () => {
  vi.stubEnv("OOMOL_TOKEN", "the developer's own");
  const look = async (_: object, context: Context) => ({
    token: await context.oomolToken(),
    url: context.fusionApiUrl,
    node: context.nodeId,
    stacks: context.stacks.length,
    path: context.block_path,
    earlier: Object.keys(context.flowNodeStore),
    own: Object.assign(context.flowNodeStore, { left: true }) === context.flowNodeStore,
    directory: context.pkgDir,
  });
  const flowNodeStore = {};
  const options = { flowNodeStore, nodeId: "here", blockPath: "/b.oo.yaml", pkgDir: "/tmp" };
  await using first = await runBlock(look, options);
  await using second = await runBlock(look, {
    ...options,
    token: "fake",
    env: { OOMOL_FUSION_API_URL: "http://fusion" },
    stacks: [],
  });
  vi.unstubAllEnvs();
  expect(first.result).toMatchObject({
    token: "",
    url: "",
    node: "here",
    stacks: 1,
    path: "/b.oo.yaml",
    earlier: [],
  });
  expect(first.warnings).toHaveLength(2);
  expect(second.result).toMatchObject({
    token: "fake",
    url: "http://fusion",
    node: "none",
    earlier: ["left"],
  });
  expect(second.result).toMatchObject({ directory: "/tmp" });
  expect(second.warnings).toEqual([]);
});

test("children run, fail, and are described; unknown ones are refused in words", async () => {
  const parent = async (_: object, context: Context) => {
    const heard: unknown[] = [];
    const job = context.runBlock("self::child", { inputs: { a: 2 } });
    const outputs: unknown[] = [];
    job.onOutput((values) => outputs.push(values));
    job.onProgress((progress) => (progress === 100 ? outputs : heard).push(progress));
    job.onMessage((message) => heard.push(message));
    job.onPreview((preview) => heard.push(preview));
    await job.finish();
    const failing = await context.runBlock("self::broken").finish().catch(String);
    const missing = await context.runBlock("self::child").finish().catch(String);
    const absent = await context.runBlock("self::absent").finish().catch(String);
    const described = await context.queryBlock("self::child");
    return { heard, outputs, failing, missing, absent, described };
  };
  const child = {
    description: "doubles",
    inputsDef: [{ handle: "a" }],
    outputsDef: ["twice"],
    async main(inputs: { a: number }, context: Context) {
      void context.output("twice", "soon");
      void context.reportProgress(40);
      void context.sendMessage("from the child");
      void context.preview({ type: "text", data: "shown" });
      return { twice: inputs.a * 2 };
    },
  };
  const broken = async () => {
    throw new Error("no luck");
  };
  await using run = await runBlock(parent, { children: { "self::child": child, "self::broken": broken } });
  expect(run.result).toEqual({
    // Outputs come through the engine, the rest does not, so only each kind keeps its order.
    heard: expect.arrayContaining([40, "from the child", { type: "text", data: "shown" }]),
    outputs: [{ twice: "soon" }, { twice: 4 }, 100],
    failing: expect.stringContaining("no luck"),
    missing: expect.stringContaining("missing inputs a"),
    absent: expect.stringContaining("name it in the children of this test"),
    described: expect.objectContaining({ type: "task", inputs_def: { a: { handle: "a" } } }),
  });
});

test("requests that find nothing are refused in words", async () => {
  const ask = async (_: object, context: Context) => ({
    auth: await context.queryAuth({ type: "t", name: "n", id: "absent" }).catch(String),
    downstream: await context.queryDownstream(),
    filtered: await context.queryDownstream(["b"]),
  });
  await using run = await runBlock(ask, { downstream: { a: {}, b: {} } });
  expect(run.result).toEqual({
    auth: expect.stringContaining("no credential with the id absent"),
    downstream: { a: {}, b: {} },
    filtered: { b: {} },
  });
});

test("what the block prints is its log; everybody else's console is left alone", async () => {
  const { log } = console;
  const print = async () => {
    console.error("an error %s", "here");
    console.table([{ a: 1 }]);
    process.stdout.write("written\n");
    await Promise.resolve();
    console.info("later");
  };
  const runs = await Promise.all([runBlock(print), runBlock(print)]);
  for (const { logs } of runs) {
    expect(logs.map(({ text }) => text)).toEqual([
      "an error here",
      expect.stringContaining("│ a │"),
      "written",
      "later",
    ]);
  }
  expect(console.log).toBe(log);
});

test("a block that never ends is given up in words", async () => {
  vi.useFakeTimers();
  const given = expect(runBlock((_, context) => context.keepAlive)).rejects.toThrow(BlockRunTimeoutError);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
  await vi.advanceTimersByTimeAsync(30_000);
  await given;
});

test("what comes after the end is told apart", async () => {
  const late = async (_: object, context: Context) => {
    await context.finish({ result: { a: 1 } });
    void context.output("a", 2);
  };
  await using run = await runBlock(late);
  expect(run.result).toEqual({ a: 1 });
  expect(run.ignored).toEqual([expect.stringContaining("later BlockOutput is ignored")]);
});
