import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { attachDebugger, readSourceMap } from "./helpers/debugger.ts";
import { findFreePort } from "./helpers/find-free-port.ts";
import { openSession } from "./helpers/open-session.ts";

const block = `interface Inputs {
  text: string;
}

export default async ({ text }: Inputs) => {
  const loud: string = text.toUpperCase();
  return { value: loud };
};`;

/** What a slow disk does to the thread that runs blocks, while the other one is ready already. */
const slowlyLoading = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  import { isMainThread } from "node:worker_threads";
  const load = (url, context, next) => {
    if (url.includes("run-executor")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    return next(url, context);
  };
  if (isMainThread) registerHooks({ load });
`)}`;

test("--inspect-wait waits for a debugger, and a breakpoint in a TypeScript block is hit", async () => {
  const port = await findFreePort();
  await using session = await openSession(
    { "main.ts": block },
    { debug: ["--enable-source-maps", `--inspect-wait=${port}`], env: { NODE_OPTIONS: slowlyLoading } },
  );
  const { engine, workspace } = session;
  const ready = await engine.next(({ type }) => type === "ExecutorReady");
  expect(ready.inspect_wait).toBe(port);
  const inputs = { text: "hello" };
  // What is announced can be attached to at once.
  await using client = await attachDebugger(port);
  const jobId = await engine.start({ dir: workspace.path, entry: "main.ts", outputs: ["value"], inputs });
  await engine.next(({ type }) => type === "BlockReady");

  await client.send("Runtime.enable");
  await client.send("Debugger.enable");
  const instrumentation = "beforeScriptWithSourceMapExecution";
  await client.send("Debugger.setInstrumentationBreakpoint", { instrumentation });
  expect(engine.messagesOf(jobId).map(({ type }) => type)).toEqual(["BlockReady"]);
  await client.send("Runtime.runIfWaitingForDebugger");

  // Before the script runs, as a debugger does that has breakpoints in its sources.
  const { data } = await client.next("Debugger.paused");
  const { scriptId, sourceMapURL, url } = data as Record<"scriptId" | "sourceMapURL" | "url", string>;
  const map = readSourceMap(sourceMapURL);
  const lineNumber = map.generatedLine("main.ts", 6);
  await client.send("Debugger.setBreakpoint", { location: { scriptId, lineNumber } });
  await client.send("Debugger.resume");

  const { callFrames, hitBreakpoints } = await client.next("Debugger.paused");
  const [frame] = callFrames as {
    callFrameId: string;
    location: { lineNumber: number; columnNumber: number };
  }[];
  const place = map.originOf(frame?.location.lineNumber ?? -1, frame?.location.columnNumber ?? 0);
  expect(hitBreakpoints).toHaveLength(1);
  expect(place?.line).toBe(6);
  // It stands in the map as a neighbour of the script, whose address is the source's own.
  expect(place?.source).toBe("main.ts");
  expect(url).toBe(pathToFileURL(`${workspace.path}/main.ts`).href);
  const seen = await client.send("Debugger.evaluateOnCallFrame", {
    callFrameId: frame?.callFrameId,
    expression: "loud",
  });
  expect(seen.result).toMatchObject({ value: "HELLO" });
  expect(engine.messagesOf(jobId).map(({ type }) => type)).toEqual(["BlockReady"]);
  await client.send("Debugger.resume");
  const { finish } = await engine.finished(jobId);
  expect(finish.result).toEqual({ value: "HELLO" });
});

test("an executor that waits for a debugger still leaves on SIGTERM", async () => {
  const port = await findFreePort();
  await using session = await openSession({}, { debug: [`--inspect-wait=${port}`] });
  session.executor.child.kill("SIGTERM");
  expect(await session.executor.exited).toEqual({ code: null, signal: "SIGTERM" });
});
