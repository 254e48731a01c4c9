// Stands in for the program `oocana` in tests. README.md beside it says what it does, and where that is written.
import { randomUUID } from "node:crypto";
import { basename, dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createFlowRun, type Failure } from "./flow-run.ts";
import { createJobs } from "./jobs.ts";
import { fileOf, packageOf, readFlow, readTask } from "./manifests.ts";
import { readOptions } from "./options.ts";
import type { Run } from "./run.ts";
import { openSession } from "./session.ts";

/** Time for executors to hear that the session has ended, and for observers to hear the rest (oocana-protocol 10, 1.5). */
const goodbyeMs = 603;
const drainMs = 1_000;

// It says nothing of its failures (oocana-protocol 10, 8.1).
process.on("uncaughtException", () => process.exit(255));
const options = readOptions();
const session = openSession(options);
const whole = { path: fileOf(options.path), partial: false, cache: false };
const workspace = packageOf(whole.path);
const run: Run = {
  ...{ session, isCancelled: false, flows: new Map(), flowOf: new Map() },
  startJob: (job) => jobs.start(job),
};
const jobs = createJobs(run, workspace);
let settle: (failure: Failure | undefined) => void;
const ended = new Promise<Failure | undefined>((resolve) => (settle = resolve));

await session.listen((payload) => jobs.handle(payload));
process.on("SIGTERM", () => {
  run.isCancelled = true;
  settle({ error: "Cancelled", stack: [] });
});
session.report("SessionStarted", { create_at: Date.now(), ...whole });
const nodesInputs = readNodesInputs();
if (!nodesInputs) {
  // The start of the session is heard, and nothing after it (oocana-protocol 10, 8.1).
  await session.close();
  process.exit(255);
}
start(nodesInputs);
const failure = await ended;
const isFlow = /flow\.oo\.ya?ml$/.test(whole.path);
session.report("SessionFinished", { finish_at: Date.now(), ...whole, ...(failure && wordsOf(failure)) });
if (isFlow) session.files.keepInputs({ inputs: options.inputs, nodesInputs });
await delay(goodbyeMs);
jobs.end();
if (options.hasReporter) await delay(drainMs);
await session.close();
process.exit(failure === undefined ? 0 : 255);

function start(nodesInputs: Record<string, Record<string, unknown>>): void {
  try {
    if (basename(whole.path).includes("flow")) startFlow(nodesInputs);
    else startBlock();
  } catch (error) {
    settle({ error: (error as Error).message, stack: [] });
  }
}

function startFlow(nodesInputs: Record<string, Record<string, unknown>>): void {
  const flow = readFlow(whole.path);
  const isSubflow = basename(flow.file).startsWith("subflow");
  // Such a one cannot be run directly, and the engine does not say so (oocana-protocol 10, 7.2).
  const isPart = flow.nodes.some(({ slot }) => slot) || (flow.forward_previews?.length ?? 0) > 0;
  if (isSubflow && isPart) {
    settle(undefined);
    return;
  }
  const nothing = { onOutput: () => undefined, onProgress: () => undefined, onPreview: () => undefined };
  const parent = { id: randomUUID(), stacks: [], isRoot: true, scope: workspace, ...nothing, onEnd: settle };
  // Defaults count where nothing is around the flow (oocana-protocol 7.2).
  const defaults = (flow.inputs_def ?? []).filter((def) => "value" in def);
  const inputs = { ...Object.fromEntries(defaults.map((def) => [def.handle, def.value])), ...options.inputs };
  createFlowRun(run, flow, parent).start(inputs, nodesInputs);
}

/** A block runs with what it is given, be that complete or not (oocana-protocol 10, 7.2). */
function startBlock(): void {
  run.startJob({
    ...{ id: randomUUID(), stacks: [], task: readTask(whole.path), scope: workspace, inputs: options.inputs },
    ...{ directory: dirname(whole.path), blockPath: whole.path },
    onOutput: () => undefined,
    onProgress: () => undefined,
    onEnd: (_result, error) => settle(error === undefined ? undefined : { error, stack: [] }),
  });
}

function readNodesInputs(): Record<string, Record<string, unknown>> | undefined {
  try {
    return JSON.parse(options.nodesInputs);
  } catch {
    return undefined;
  }
}

function wordsOf({ error, stack }: Failure) {
  if (stack.length === 0) return { error };
  return { error: `flow ${whole.path} failed`, _error: { message: error, stack } };
}
