import { relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerRequests } from "./helpers/answer-requests.ts";
import type { JobRequest } from "./helpers/fake-engine.ts";
import { openMosquitto } from "./helpers/open-mosquitto.ts";
import {
  openMemorySession,
  openSession,
  openSessionOver,
  type ProtocolSession,
} from "./helpers/open-session.ts";

type OpenSession = (files: Record<string, string>) => Promise<ProtocolSession>;

const mainframes: [string, OpenSession][] = [
  ["mosquitto", (files) => openSessionOver(openMosquitto, files)],
  ["aedes", (files) => openSession(files)],
  ["memory", (files) => openMemorySession(files)],
];

const blocks = {
  "typed.ts": `export default async ({ who }: { who: string }, context: any) => {
    console.log("hello");
    await context.output("value", who);
    return { value: who.toUpperCase() };
  };`,
  "state.mjs": `let calls = 0; export default () => ({ value: ++calls });`,
  "echo.mjs": `export default (inputs) => ({ value: inputs });`,
  "send.mjs": `export default (_, context) => {
    context.reportProgress(10);
    context.reportProgress(90);
    for (let i = 0; i < 2000; i++) context.output("value", i);
    context.outputs({ value: "last", absent: 1 });
    context.preview({ type: "text", data: "seen" });
  };`,
  "throws.mjs": `export default async () => { throw new Error("went wrong"); };`,
  "parent.mjs": `export default async (_, context) => {
    const heard = [];
    const first = context.runBlock("self::echo", { inputs: { a: 1 } });
    const second = context.runBlock("self::echo", { inputs: { b: 2 } });
    context.joinOutputs(first.onOutput("value"), second.onOutput("value"))((values) => heard.push(values));
    await Promise.all([first.finish(), second.finish()]);
    const failure = await context.runBlock("self::throws").finish().catch((error) => error.message);
    const absent = await context.runBlock("self::absent").finish().catch((error) => error.message);
    return { value: { heard, failure, absent } };
  };`,
  "ask.mjs": `export default async (_, context) => {
    const unknown = { type: "t", name: "n", id: "unknown" };
    await context.internal.updateNodeWeight("node-1", 2);
    return {
      value: [
        await context.queryBlock("self::echo"),
        await context.queryBlock("self::absent").catch((error) => error.message),
        await context.queryDownstream(["value"]),
        await context.queryDownstream(),
        await context.queryAuth({ type: "t", name: "n", id: "vault-1" }),
        await context.queryAuth(unknown).catch((error) => error.message),
      ],
    };
  };`,
  "store.mjs": `export default (_, { flowNodeStore }) => {
    flowNodeStore.calls = (flowNodeStore.calls ?? 0) + 1;
    return { value: flowNodeStore.calls };
  };`,
  "give.mjs": `export const kept = { secret: Symbol("only here") };
    export default (_, context) => ({ reference: kept, bytes: Buffer.from([0, 255]) });`,
  "take.mjs": `import { kept } from "./give.mjs";
    export default ({ reference, bytes }) => ({ value: [reference === kept, [...bytes]] });`,
  "services/counter/main.ts": `let calls = 0;
    const heard: unknown[] = [];
    export const main = (service: any) => {
      service.events.on("message", (message: unknown) => heard.push(message));
      service.blockHandler = {
        count: async (_: object, context: any) => {
          await context.output("absent", 1);
          return { value: ++calls };
        },
        heard: () => ({ value: heard }),
        fail: () => { throw new Error("no more"); },
      };
    };`,
  "services/any/main.mjs": `export default (service) => {
      service.blockHandler = (name, inputs) => ({ value: [name, inputs] });
    };`,
};

describe.each(mainframes)("over %s", (_, open) => {
  let session: ProtocolSession;

  beforeAll(async () => {
    session = await open(blocks);
    const { path: dir } = session.workspace;
    answerRequests(session.engine, {
      tasks: {
        "self::echo": { dir, entry: "echo.mjs", outputs: ["value"] },
        "self::throws": { dir, entry: "throws.mjs" },
      },
      downstream: { value: { to_flow: [{ output_handle: "out" }] }, other: { to_node: [] } },
      vault: { "vault-1": { user: "Ada" } },
    });
  });

  afterAll(() => session[Symbol.asyncDispose]());

  const start = (entry: string, request: Partial<JobRequest> = {}) =>
    session.engine.start({ dir: session.workspace.path, entry, outputs: ["value"], ...request });

  const run = async (entry: string, request: Partial<JobRequest> = {}) =>
    session.engine.finished(await start(entry, request));

  const resultOf = async (entry: string, request: Partial<JobRequest> = {}) => {
    const { finish } = await run(entry, request);
    expect(finish.error, `${entry} failed`).toBeUndefined();
    return (finish.result as { value: unknown }).value;
  };

  test("a job goes from run_block to its one BlockFinished", async () => {
    const { finish, messages } = await run("typed.ts", { inputs: { who: "world" } });
    expect(finish).toMatchObject({ from: "session", result: { value: "WORLD" } });
    // Each topic keeps its order; logs travel on the other one.
    const ofSession = messages.filter(({ from }) => from === "session");
    expect(ofSession.map(({ type }) => type)).toEqual(["BlockReady", "BlockOutput", "BlockFinished"]);
    await session.engine.next(({ type, log }) => type === "BlockLog" && log === "hello");
  });

  test("a job delivered many times runs once, also when it comes again after its end", async () => {
    const { jobId } = await run("state.mjs", { deliveries: 5 });
    await start("state.mjs", { jobId });
    expect(await resultOf("state.mjs")).toBe(2);
    const types = session.engine.messagesOf(jobId).map(({ type }) => type);
    expect(types).toEqual(["BlockReady", "BlockFinished"]);
  });

  test("jobs of other sessions and scopes are left alone, and noise does no harm", async () => {
    const { engine } = session;
    const stranger = { type: "BlockPayload", job_id: "x", identifier: engine.identifier };
    await engine.publish("executor/nodejs/run_block", { ...stranger, session_id: "other" });
    const otherScope = { ...stranger, session_id: engine.sessionId, identifier: "other" };
    await engine.publish("executor/nodejs/run_block", otherScope);
    await engine.publish("executor/nodejs/run_block", {
      ...stranger,
      session_id: engine.sessionId,
      job_id: 1,
    });
    for (const noise of ["{ not json", "[1]", "null"]) {
      await engine.publish("executor/nodejs/run_block", noise);
    }
    expect(await resultOf("echo.mjs", { inputs: { a: 1 } })).toEqual({ a: 1 });
    expect(engine.messagesOf("x")).toEqual([]);
  });

  test("a job that is not as the protocol has it ends with what is wrong with it", async () => {
    const { engine, workspace } = session;
    const { sessionId: session_id, identifier } = engine;
    const job = { type: "BlockPayload", session_id, identifier, dir: workspace.path };
    const topic = "executor/nodejs/run_block";
    await engine.publish(topic, { ...job, job_id: "no-dir", dir: 7 });
    await engine.publish(topic, { ...job, job_id: "odd-entry", executor: { options: { entry: ["a"] } } });
    await engine.publish(topic, { ...job, job_id: "odd-stacks", stacks: [{ flow: 1 }] });
    expect((await engine.finished("no-dir")).finish.error).toBe(
      "The engine's BlockPayload must hold text in `dir`, and holds number.",
    );
    expect((await engine.finished("odd-entry")).finish.error).toBe(
      "The engine's BlockPayload must hold text in `executor.options.entry`, and holds a list.",
    );
    expect((await engine.finished("odd-stacks")).finish.error).toContain("in `stacks`");
  });

  test("inputs that are not as the protocol has them end their job with what is wrong with them", async () => {
    const { engine } = session;
    const jobId = await start("echo.mjs", { withholdInputs: true });
    await engine.next(({ type, job_id }) => type === "BlockReady" && job_id === jobId);
    const inputs = { type: "BlockInputs", session_id: engine.sessionId, job_id: jobId, inputs: [1] };
    await engine.publish(`inputs/${engine.sessionId}/${jobId}`, inputs);
    const { finish } = await engine.finished(jobId);
    expect(finish.error).toContain(
      "The engine's BlockInputs must hold an object in `inputs`, and holds a list.",
    );
  });

  test("inputs, definitions and outputs may be null or absent", async () => {
    expect(await resultOf("echo.mjs", { inputs: null, inputsDef: null, patch: null })).toEqual({});
    const { finish, jobId } = await run("echo.mjs", { omitOutputs: true });
    expect(finish.result).toEqual({});
    await session.engine.next(
      ({ warning, job_id }) =>
        job_id === jobId && warning === "Output handle key: [value] is not defined in Block outputs schema.",
    );
  });

  test("what is sent without await comes before the finish, in order and once", async () => {
    const { messages } = await run("send.mjs");
    const ofSession = messages.filter(({ from }) => from === "session");
    const outputs = ofSession.flatMap(({ type, output }) => (type === "BlockOutput" ? [output] : []));
    expect(outputs).toEqual(Array.from({ length: 2000 }, (_, index) => index));
    expect(ofSession.at(-3)).toMatchObject({ type: "BlockOutputs", outputs: { value: "last" } });
    expect(ofSession.at(-2)).toMatchObject({ type: "BlockRequest", action: "Preview" });
    expect(ofSession.at(-1)).toMatchObject({ type: "BlockFinished" });
    const progress = ofSession.flatMap((message) => message.progress ?? []);
    expect(progress).toEqual([10, 90]);
  });

  test("a relative dir is relative to where the executor was started", async () => {
    const dir = relative(process.cwd(), session.workspace.path);
    expect(await resultOf("echo.mjs", { dir, inputs: { a: 1 } })).toEqual({ a: 1 });
  });

  test("a block that throws ends its job with an error", async () => {
    const { finish } = await run("throws.mjs");
    expect(finish.error).toContain("went wrong");
    expect(finish).not.toHaveProperty("result");
  });

  test("a block that waits for its children does not keep them from running", async () => {
    const value = await resultOf("parent.mjs");
    expect(value).toEqual({
      heard: [[{ a: 1 }, { b: 2 }]],
      failure: expect.stringContaining("runBlock self::throws failed: Error: went wrong"),
      absent: expect.stringContaining("runBlock self::absent failed: Run block failed: not found"),
    });
  });

  test("requests are answered or refused in the engine's words", async () => {
    expect(await resultOf("ask.mjs")).toEqual([
      { type: "task", additional_inputs: false, additional_outputs: false },
      expect.stringContaining("queryBlock self::absent failed"),
      { value: { to_flow: [{ output_handle: "out" }] } },
      { value: { to_flow: [{ output_handle: "out" }] }, other: { to_node: [] } },
      { user: "Ada" },
      "queryAuth for t n failed: Vault client is not available.",
    ]);
  });

  test("flowNodeStore belongs to one node of one flow run", async () => {
    const level = { flow_job_id: "run-1", flow: "/demo/flow.oo.yaml", node_id: "a" };
    const values = [];
    for (const stack of [level, level, { ...level, node_id: "b" }, { ...level, flow_job_id: "run-2" }]) {
      values.push(await resultOf("store.mjs", { stacks: [stack] }));
    }
    expect(values).toEqual([1, 2, 1, 1]);
  });

  test("a variable passes by reference and bytes by file from one job to the next", async () => {
    const outputs = {
      reference: { handle: "reference", json_schema: { contentMediaType: "oomol/var" } },
      bytes: { handle: "bytes", json_schema: { contentMediaType: "oomol/bin" } },
    };
    const { finish } = await run("give.mjs", { outputs });
    const inputs = finish.result as Record<string, unknown>;
    expect(inputs).toMatchObject({
      reference: { __OOMOL_TYPE__: "oomol/var", value: { handle: "reference" } },
      bytes: { __OOMOL_TYPE__: "oomol/bin", value: expect.stringContaining("/binary/") },
    });
    expect(await resultOf("take.mjs", { inputs })).toEqual([true, [0, 255]]);
  });

  test("a service keeps its state over jobs, hears messages, and fails one job at a time", async () => {
    const { engine, workspace } = session;
    const dir = `${workspace.path}/services/counter`;
    // Its function is called otherwise, as the official tests have it.
    const job = { dir, entry: "main.ts", function: "default", outputs: ["value"] };
    const first = await Promise.all(
      ["count", "count"].map((block) => engine.runService({ ...job, block, deliveries: 2 })),
    );
    const values = first.map(({ finish }) => (finish.result as { value: number }).value);
    expect(values.sort()).toEqual([1, 2]);
    const warning = "Output handle key: [absent] is not defined in Block outputs schema.";
    await engine.next((message) => message.job_id === first[0]?.jobId && message.warning === warning);

    const message = { job_id: "j", node_id: "n", flow_path: "/f", payload: { a: 1 } };
    await engine.publish("/service/message", message);
    const heard = await engine.runService({ ...job, block: "heard" });
    expect(heard.finish.result).toEqual({ value: [message] });

    const failed = await engine.runService({ ...job, block: "fail" });
    expect(failed.finish.error).toContain("no more");
    const unknown = await engine.runService({ ...job, block: "toString" });
    expect(unknown.finish.error).toContain(
      "no handler for its block toString: it has handlers for count, heard, fail",
    );
    const later = await engine.runService({ ...job, block: "count" });
    expect(later.finish.result).toEqual({ value: 3 });
    for (const { messages } of [...first, failed, unknown, later]) {
      const types = messages.filter(({ from }) => from === "session").map(({ type }) => type);
      expect(types).toEqual(["BlockReady", "BlockFinished"]);
    }
  });

  test("one handler may serve all blocks of a service", async () => {
    const dir = `${session.workspace.path}/services/any`;
    const job = { dir, entry: "main.mjs", block: "any name", inputs: { a: 1 }, outputs: ["value"] };
    const { finish } = await session.engine.runService(job);
    expect(finish.result).toEqual({ value: ["any name", { a: 1 }] });
  });

  test("leaves when its session finishes, not when another does", async () => {
    const { engine, left } = session;
    await engine.publish("report", { type: "SessionFinished", session_id: "other" });
    expect(await resultOf("echo.mjs")).toEqual({});
    await engine.finishSession();
    await left;
    expect(engine.heard.filter(({ type }) => type === "ExecutorReady")).toHaveLength(1);
  });
});
