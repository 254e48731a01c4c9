import { afterEach, expect, test, vi } from "vitest";
import type { Context } from "../src/context/context.ts";
import { RequestFailedError } from "../src/errors/request-failed-error.ts";
import { RequestTimeoutError } from "../src/errors/request-timeout-error.ts";
import { openContext } from "./helpers/open-context.ts";

const bin = { handle: "bytes", json_schema: { contentMediaType: "oomol/bin" } };

afterEach(() => vi.useRealTimers());

test("un-awaited outputs of files and many keys all come before the finish, in order", async () => {
  const { context, sent } = openContext({ outputs: { bytes: bin, out: { handle: "out" } } });
  void context.output("out", 1);
  void context.output("bytes", Buffer.from("a"));
  void context.outputs({ out: 2, bytes: Buffer.from("b") });
  void context.output("out", 3);
  await context.finish({ result: { bytes: Buffer.from("c"), out: 4 } });
  const path = (index: number) => ({
    __OOMOL_TYPE__: "oomol/bin",
    value: expect.stringContaining(`-${index}`),
  });
  expect(sent()).toMatchObject([
    { type: "BlockOutput", output: 1 },
    { type: "BlockOutput", output: path(0) },
    { type: "BlockOutputs", outputs: { out: 2, bytes: path(1) } },
    { type: "BlockOutput", output: 3 },
    { type: "BlockFinished", result: { out: 4, bytes: path(2) } },
  ]);
});

test("an output is what the value was at the call", async () => {
  const { context, sent } = openContext();
  const value = { count: 1 };
  const output = context.output("out", value);
  value.count = 2;
  await output;
  expect(sent()[0]).toMatchObject({ output: { count: 1 } });
});

test("an output of undefined is no output, so the node behind it does not run; null is one", async () => {
  const { context, sent } = openContext();
  await context.output("out", undefined);
  await context.outputs({ out: undefined });
  await context.output("out", null);
  expect(sent()).toEqual([
    { type: "BlockOutputs", session_id: "s", job_id: "j", sequence: 1, outputs: {} },
    { type: "BlockOutput", session_id: "s", job_id: "j", sequence: 2, handle: "out", output: null },
  ]);
});

test("what JSON cannot carry is left out, with a warning that names handle and place", async () => {
  const { context, sent } = openContext();
  const value = { kept: 1, list: [() => 1, 2], later: Promise.resolve(3) };
  await context.output("out", value);
  await context.output("out", Promise.resolve(1));
  await context.output("out", [Number.NaN]);
  expect(sent().map(({ warning, output }) => warning ?? output)).toEqual([
    "Output handle [out], at out.list[0]: a function cannot be sent (and 1 more like it).",
    { kept: 1, list: [null, 2] },
    "Output handle [out], at out: it is a promise; await it first.",
    "Output handle [out], at out[0]: NaN is sent as null, since JSON has no such number.",
    [null],
  ]);
});

test("a target is sent only where it says something", async () => {
  const { context, sent } = openContext();
  await context.output("out", 1, {});
  await context.output("out", 1, { to_node: [{ node_id: "n", input_handle: "i" }] });
  expect(sent()[0]).not.toHaveProperty("options");
  expect(sent()[1]).toMatchObject({
    options: { target: { to_node: [{ node_id: "n", input_handle: "i" }] } },
  });
});

test("an undeclared handle is a warning, and the others still go", async () => {
  const { context, sent } = openContext();
  await context.output("toString", 1);
  await context.outputs({ out: 1, other: 2 });
  expect(sent()).toMatchObject([
    {
      type: "BlockWarning",
      warning: "Output handle key: [toString] is not defined in Block outputs schema.",
    },
    { type: "BlockWarning", warning: "Output handle key: [other] is not defined in Block outputs schema." },
    { type: "BlockOutputs", outputs: { out: 1 } },
  ]);
});

test("a value that cannot travel is an error of the block, which goes on", async () => {
  const { context, sent } = openContext();
  await context.output("out", { id: 2n ** 60n });
  await context.output("out", 2);
  expect(sent()).toMatchObject([
    {
      type: "BlockError",
      error: "Could not send out.id as JSON: it is a BigInt beyond 2^53; convert it with String().",
    },
    { type: "BlockOutput", output: 2 },
  ]);
});

test("what contains itself is named by its handle and place; a preview of it shows the rest", async () => {
  const { context, sent } = openContext();
  const round: { list: object[]; again?: object } = { list: [{ a: 1 }] };
  round.list.push({ self: round });
  await context.output("out", round);
  await context.output("out", { twice: [round.list[0], round.list[0]] });
  await context.preview({ type: "json", data: round });
  const plot = { mark: "bar", encoding: {}, data: { values: [] as object[] } };
  plot.data.values.push(plot);
  await context.preview(plot);
  expect(sent()).toMatchObject([
    { type: "BlockError", error: "Could not send out.list[1].self as JSON: it contains itself." },
    { type: "BlockOutput", output: { twice: [{ a: 1 }, { a: 1 }] } },
    { type: "BlockWarning", warning: "preview(), at payload.data.list[1].self: it contains itself." },
    { type: "BlockRequest", payload: { type: "json", data: { list: [{ a: 1 }, { self: "[Circular]" }] } } },
    { type: "BlockError", error: "Could not send payload.data.values[0] as JSON: it contains itself." },
  ]);
});

test("half of a surrogate pair arrives as U+FFFD, and a warning names its handle and place", async () => {
  const { context, sent } = openContext();
  const reason =
    "it holds text that is not well-formed Unicode (half of a surrogate pair), which becomes U+FFFD";
  await context.output("out", { list: ["\u{1f600}", "a\ud83d"] });
  await context.output("out", { "k\udc00": "ok" });
  await context.preview({ type: "text", data: "\ud800" });
  expect(sent()).toMatchObject([
    { type: "BlockWarning", warning: `Output handle [out], at out.list[1]: ${reason}.` },
    { type: "BlockOutput", output: { list: ["\u{1f600}", "a\ufffd"] } },
    { type: "BlockWarning", warning: `Output handle [out], at out.k\ufffd: ${reason}.` },
    { type: "BlockOutput", output: { "k\ufffd": "ok" } },
    { type: "BlockWarning", warning: `preview(), at payload.data: ${reason}.` },
    { type: "BlockRequest", payload: { type: "text", data: "\ufffd" } },
  ]);
});

test("after the first finish everything is ignored and said in the executor's log alone", async () => {
  vi.useFakeTimers();
  const { context, types, localWarnings } = openContext();
  void context.reportProgress(1);
  void context.reportProgress(2);
  await context.finish();
  void context.output("out", 1);
  void context.outputs({ other: 1 });
  void context.preview({ type: "text", data: "x" });
  void context.reportLog("x");
  void context.finish({ error: "second" });
  void context.reportProgress(3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(types()).toEqual([
    "BlockProgress",
    "BlockProgress",
    "BlockProgress",
    "BlockProgress",
    "BlockFinished",
  ]);
  expect(localWarnings).toHaveLength(5);
});

test("a waiting progress goes before outputs and the finish, to the engine and to observers", async () => {
  vi.useFakeTimers();
  const { context, mainframe } = openContext();
  for (const value of [10, 20, 30]) void context.reportProgress(value);
  void context.output("out", 1);
  void context.reportProgress(40);
  void context.finish();
  await vi.advanceTimersByTimeAsync(1000);
  const seen = mainframe.published.map(({ topic, payload }) => {
    const { type, progress } = JSON.parse(payload);
    return `${topic} ${type} ${progress ?? ""}`.trim();
  });
  expect(seen).toEqual([
    "session/s BlockProgress 10",
    "report BlockProgress 10",
    "session/s BlockProgress 30",
    "report BlockProgress 30",
    "session/s BlockOutput",
    "session/s BlockProgress 40",
    "report BlockProgress 40",
    "session/s BlockFinished",
  ]);
});

test("logs, records, messages, warnings and errors bear their names", async () => {
  const { context, sent } = openContext();
  await context.reportLog("line");
  await context.reportLog("line", "stderr");
  await context.logJSON({ a: 2n ** 53n, b: new Set([1]) });
  await context.sendMessage({ b: 2 });
  await context.sendWarning("careful");
  await context.error(new Error("odd"));
  const report = { session_id: "s", job_id: "j", stacks: [{ node_id: "node" }] };
  expect(sent()).toMatchObject([
    { ...report, type: "BlockLog", log: "line", stdio: "stdout" },
    { type: "BlockLog", stdio: "stderr" },
    { type: "BlockLogJSON", json: { a: "9007199254740992", b: [1] } },
    { type: "BlockMessage", payload: { b: 2 } },
    { type: "BlockWarning", warning: "careful" },
    { type: "BlockError", error: expect.stringContaining("odd") },
  ]);
});

test("methods work without their context", async () => {
  const { context, types } = openContext();
  const { output, finish, reportProgress, preview } = context;
  void output("out", 1);
  void reportProgress(5);
  void preview({ type: "text", data: "x" });
  await finish({ result: { out: 2 } });
  expect(types()).toEqual(["BlockOutput", "BlockProgress", "BlockProgress", "BlockRequest", "BlockFinished"]);
});

test("previews pass through, with an id; tables and records become quoted CSV", async () => {
  const { context, sent, files } = openContext();
  await context.preview({ type: "image", data: ["a.png", "b.png"] }, "shot");
  await context.preview({
    type: "table",
    data: {
      columns: ["a", 'b"'],
      rows: [
        ["x,y", 'say "hi"'],
        ["two\nlines", null],
      ],
    },
  });
  await context.preview([{ a: 1 }, { b: { c: 2 } }]);
  await context.preview("nonsense" as never);
  expect(sent()).toMatchObject([
    {
      type: "BlockRequest",
      action: "Preview",
      payload: { type: "image", data: ["a.png", "b.png"], id: "shot" },
    },
    { action: "Preview", payload: { type: "table", data: "/csv/0.csv" } },
    { action: "Preview", payload: { type: "table", data: "/csv/1.csv" } },
    { type: "BlockError", error: expect.stringContaining("preview() needs") },
  ]);
  expect(files.get("/csv/0.csv")).toBe('a,"b"""\n"x,y","say ""hi"""\n"two\nlines",\n');
  expect(files.get("/csv/1.csv")).toBe('a,b\n1,\n,"{""c"":2}"\n');
});

test("the environment is read with one warning for each part that is missing", async () => {
  const { context, sent } = openContext({
    environment: { OOMOL_LLM_API_KEY: "key", OOCANA_PKG_DIR: "/data" },
  });
  expect(await context.oomolToken()).toBe("");
  expect(await context.getOomolToken()).toBe("");
  expect(context.fusionApiUrl + context.oomolFusionApiUrl).toBe("");
  expect(context.oomolLlmEnv).toEqual({ baseUrl: "", baseUrlV1: "", apiKey: "key", models: [] });
  expect(context.OOMOL_LLM_ENV).toBe(context.oomolLlmEnv);
  expect(context.hostInfo).toEqual({ gpuVendor: "unknown", gpuRenderer: "unknown" });
  expect(context.hostEndpoint).toBeUndefined();
  expect([context.pkgDir, context.pkgDataDir]).toEqual(["/data", "/data"]);
  const warnings = sent().map(({ warning }) => String(warning).split(" ")[0]);
  expect(warnings).toEqual([
    "OOMOL_TOKEN",
    "OOMOL_FUSION_API_URL",
    "OOMOL_LLM_BASE_URL",
    "OOMOL_LLM_BASE_URL_V1",
    "OOMOL_LLM_MODELS",
  ]);
  expect(JSON.stringify(sent())).not.toContain("key");
});

test("a request is answered, refused, or timed out, and leaves no subscription", async () => {
  const { context, mainframe, sent } = openContext();
  await mainframe.subscribe("session/s", (payload) => {
    const { action, request_id, block } = JSON.parse(payload);
    const topic = `session/s/request/${request_id}/response`;
    const answer = block === "self::absent" ? { error: "not found" } : { result: { out: {}, other: {} } };
    if (action !== "QueryAuth") void mainframe.publish(topic, JSON.stringify({ request_id, ...answer }));
  });
  expect(await context.queryDownstream(["out"])).toEqual({ out: {} });
  expect(sent()[0]).toMatchObject({ action: "QueryDownstream", outputs: ["out"] });
  await expect(context.queryBlock("self::absent")).rejects.toThrow(RequestFailedError);

  vi.useFakeTimers();
  const asked = context.queryAuth({ type: "t", name: "n", id: "vault-id" });
  const refused = expect(asked).rejects.toThrow(RequestTimeoutError);
  await vi.advanceTimersByTimeAsync(30_000);
  await refused;
  const requests = sent().filter(({ type }) => type === "BlockRequest");
  for (const { request_id } of requests) {
    expect(mainframe.listenerCount(`session/s/request/${request_id}/response`)).toBe(0);
  }
});

test("an error that the engine prints as its own language does is told in its words", async () => {
  const { context, mainframe } = openContext();
  const printed =
    'Run block failed: Error { msg: "block self::absent not found", source: None } Block: self::absent';
  await mainframe.subscribe("session/s", (payload) => {
    const { request_id } = JSON.parse(payload);
    const answer = JSON.stringify({ request_id, error: printed });
    void mainframe.publish(`session/s/request/${request_id}/response`, answer);
  });
  const words = "Run block failed: block self::absent not found Block: self::absent";
  for (const asked of [context.queryBlock("self::absent"), context.runBlock("self::absent").finish()])
    await expect(asked).rejects.toThrow(words);
});

test("runBlock hears its child, ends with it, and leaves no subscription", async () => {
  const { context, mainframe, sent } = openContext();
  const job = context.runBlock("self::child", { inputs: { a: 1 } });
  const outputs: unknown[] = [];
  const progress: number[] = [];
  job.onOutput((values) => outputs.push(values));
  job.onOutput("text")((value) => outputs.push(value));
  job.onProgress((value) => progress.push(value));
  const report = (event: object) =>
    mainframe.publish("report", JSON.stringify({ session_id: "s", job_id: job.blockJobId, ...event }));
  await report({ type: "BlockProgress", progress: 50 });
  await report({ type: "BlockOutput", handle: "text", output: "hi" });
  await report({ type: "BlockFinished", result: { text: "bye" } });
  await job.finish();
  expect(sent()[0]).toMatchObject({
    action: "RunBlock",
    block: "self::child",
    payload: { inputs: { a: 1 } },
    strict: false,
  });
  expect(outputs).toEqual([{ text: "hi" }, "hi", { text: "bye" }, "bye"]);
  expect(progress).toEqual([50, 100]);
  expect(mainframe.listenerCount("report")).toBe(0);
});

test("a runBlock that fails rejects finish with the engine's words, and nobody has to listen", async () => {
  const { context, mainframe } = openContext();
  const job = context.runBlock("self::child");
  const unheard = context.runBlock("self::child");
  for (const { blockJobId } of [job, unheard]) {
    const event = { type: "BlockFinished", session_id: "s", job_id: blockJobId, error: "went wrong" };
    await mainframe.publish("report", JSON.stringify(event));
  }
  await expect(job.finish()).rejects.toThrow("went wrong");
  expect(() => context.runBlock("")).toThrow("name of a block");
});

test.each([
  ["queryBlock self::shout: Timeout", (context: Context) => context.queryBlock("self::shout")],
  ["queryDownstream of out: Timeout", (context: Context) => context.queryDownstream(["out"])],
  ["queryDownstream of all outputs: Timeout", (context: Context) => context.queryDownstream()],
  [
    "queryAuth for cloud mine: Timeout",
    (context: Context) => context.queryAuth({ type: "cloud", name: "mine", id: "1" }),
  ],
  ["runBlock self::shout: Timeout", (context: Context) => context.runBlock("self::shout").finish()],
])("an engine that never answers is named after 30 seconds: %s", async (text, ask) => {
  vi.useFakeTimers();
  const { context } = openContext();
  const refused = expect(ask(context)).rejects.toThrow(`${text}, no answer from the engine within 30000 ms.`);
  await vi.advanceTimersByTimeAsync(30_000);
  await refused;
});

test("runBlock ends with its child's own finish where the engine reports nothing", async () => {
  const { context, mainframe } = openContext();
  const job = context.runBlock("self::child");
  const outputs: unknown[] = [];
  job.onOutput((values) => outputs.push(values));
  const finish = { type: "BlockFinished", session_id: "s", job_id: job.blockJobId, result: { text: "bye" } };
  await mainframe.publish("session/s", JSON.stringify(finish));
  await job.finish();
  expect(outputs).toEqual([{ text: "bye" }]);
  await expect.poll(() => mainframe.listenerCount("session/s")).toBe(0);
});

test("joinOutputs zips its sources", () => {
  const { context } = openContext();
  const emit: ((value: unknown) => void)[] = [];
  const source = (listener: (value: unknown) => void) => {
    emit.push(listener);
    return () => {};
  };
  const joined: unknown[] = [];
  context.joinOutputs(source, source)((values) => joined.push(values));
  emit[0]?.(1);
  emit[0]?.(2);
  emit[1]?.("a");
  emit[1]?.("b");
  expect(joined).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
});
