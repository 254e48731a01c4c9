// Stands in for the program `oocana` in tests: it runs flows of task nodes (oocana-protocol 1, 2, 3, 8)
// on a real broker and with the executor that it finds on its PATH.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connect } from "mqtt";
import { type FlowNode, readFlow } from "./flow-file.ts";

const text = { type: "string" } as const;
const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    reporter: { type: "boolean" },
    broker: text,
    session: text,
    "session-dir": text,
    "temp-root": text,
    "project-data": text,
    "pkg-data-root": text,
    inputs: text,
    "nodes-inputs": text,
    "search-paths": { ...text, multiple: true },
    "retain-env-keys": text,
  },
});
const [command, path = ""] = positionals;
if (command !== "run") throw new Error(`unknown command ${command}`);
if (!/^\d+\.\d+\.\d+\.\d+:\d+$/.test(String(flags.broker))) throw new Error("the broker must be numeric");

const session_id = String(flags.session ?? randomUUID());
const flow = readFlow(path, flags["search-paths"] ?? []);
const given = JSON.parse(String(flags["nodes-inputs"] ?? "{}")) as Record<string, Record<string, unknown>>;
const own = JSON.parse(String(flags.inputs ?? "{}")) as Record<string, unknown>;
const identifier = `${session_id}-${createHash("sha256").update(flow.packageDirectory).digest("hex").slice(0, 16)}`;
const flowJobId = randomUUID();
const client = connect(`mqtt://${flags.broker}`, { clientId: `oocana-scheduler-${session_id}`, clean: true });

interface Job {
  id: string;
  node: FlowNode;
  inputs: Record<string, unknown>;
  isOffered: boolean;
  givenInputs: boolean;
}

const jobs = new Map<string, Job>();
const queues = new Map(flow.nodes.map((node) => [node.id, new Map<string, unknown[]>()]));
const started = new Set<string>();
let executor: ChildProcess | undefined;
let isReady = false;
interface Failure {
  error: string;
  /** The way to the node whose block failed. */
  stack: object[];
}

let finish: (failure?: Failure) => void = () => {};
const finished = new Promise<Failure | undefined>((resolve) => (finish = resolve));

const publish = (topic: string, message: object) =>
  client.publish(topic, JSON.stringify(message), { qos: 1 });
const report = (type: string, fields: object) => {
  if (flags.reporter) publish("report", { type, session_id, ...fields });
};
const stacksOf = (node: FlowNode) => [{ flow_job_id: flowJobId, flow: flow.file, node_id: node.id }];
const about = ({ id, node }: Job) => ({
  job_id: id,
  stacks: stacksOf(node),
  ...(node.blockPath && { block_path: node.blockPath }),
});

process.on("SIGTERM", () => finish({ error: "Cancelled", stack: [] }));
client.on("message", (_topic, payload) => handle(JSON.parse(payload.toString())));
await client.subscribeAsync(`session/${session_id}`, { qos: 1 });

const whole = { path: flow.file, partial: false, cache: false };
report("SessionStarted", { create_at: Date.now(), ...whole });
const flowEvent = {
  job_id: flowJobId,
  stacks: [],
  ...(flow.isSubflow ? { block_path: flow.file } : { flow_path: flow.file }),
};
report(flow.isSubflow ? "SubflowBlockStarted" : "FlowStarted", {
  ...flowEvent,
  inputs: own,
  create_at: Date.now(),
});
for (const node of flow.nodes) {
  for (const source of node.sources) {
    if (source.from_flow)
      source.from_flow.map(({ input_handle }) => put(node, source.handle, own[input_handle]));
    else if (!source.from_node && "value" in source) put(node, source.handle, source.value);
  }
  for (const [handle, value] of Object.entries(given[node.id] ?? {})) put(node, handle, value, true);
}
for (const node of flow.nodes) startWhereComplete(node);
if (jobs.size === 0) finish();

const failure = await finished;
report(flow.isSubflow ? "SubflowBlockFinished" : "FlowFinished", {
  ...flowEvent,
  error: failure?.error ?? null,
  ...(failure && { _error: { stack: failure.stack } }),
  finish_at: Date.now(),
});
const last = failure && {
  error: `flow ${flow.file} failed.`,
  _error: { message: failure.error, stack: failure.stack },
};
report("SessionFinished", { finish_at: Date.now(), ...whole, ...last });
await delay(600);
executor?.kill("SIGTERM");
await client.endAsync();
process.exit(failure === undefined ? 0 : 255);

function put(node: FlowNode, handle: string, value: unknown, isFirst = false): void {
  const queue = queues.get(node.id);
  queue?.set(handle, isFirst ? [value] : [...(queue.get(handle) ?? []), value]);
}

function startWhereComplete(node: FlowNode): void {
  const queue = queues.get(node.id) ?? new Map<string, unknown[]>();
  const declared = (node.task.inputs_def ?? []).filter((item) => "handle" in item); // no separators
  const handles = new Set([...node.sources, ...declared].map(({ handle }) => handle));
  if ([...handles].some((handle) => !queue.get(handle)?.length)) return;
  if (handles.size === 0 && started.has(node.id)) return;
  started.add(node.id);
  const inputs = Object.fromEntries([...handles].map((handle) => [handle, queue.get(handle)?.shift()]));
  const job = { id: randomUUID(), node, inputs, isOffered: false, givenInputs: false };
  jobs.set(job.id, job);
  report("BlockStarted", { ...about(job), inputs, create_at: Date.now() });
  executor ??= startExecutor();
  if (isReady) offer(job);
}

function startExecutor(): ChildProcess {
  const temporary = join(String(flags["temp-root"]), "flow");
  mkdirSync(join(temporary, basename(flow.packageDirectory)), { recursive: true });
  const child = spawn(
    "nodejs-executor",
    [
      ...[
        "--session-id",
        session_id,
        "--address",
        String(flags.broker),
        "--session-dir",
        String(flags["session-dir"]),
      ],
      ...["--tmp-dir", temporary, "--identifier", identifier, "--package", flow.packageDirectory],
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, IS_FORKED: "1", OOCANA_PKG_DIR: String(flags["project-data"]) },
    },
  );
  const fail = (error: string) => finish({ error, stack: [] });
  child.once("error", (spawnError) => fail(`Failed to spawn nodejs-executor. ${spawnError.message}`));
  child.once("exit", (code) => code !== 0 && fail(`Executor nodejs-executor exit with code ${code ?? -1}`));
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  return child;
}

function offer(job: Job): void {
  const { executor: wanted, outputs_def } = job.node.task;
  publish(`executor/${wanted.name}/run_block`, {
    type: "BlockPayload",
    session_id,
    executor_name: wanted.name,
    job_id: job.id,
    stacks: stacksOf(job.node),
    dir: job.node.directory,
    identifier,
    executor: { name: wanted.name, ...(wanted.options && { options: { spawn: false, ...wanted.options } }) },
    ...(outputs_def && { outputs: byHandle(outputs_def) }),
  });
}

function handle(message: Record<string, unknown>): void {
  if (message.type === "ExecutorReady") {
    isReady = true;
    for (const job of jobs.values()) offer(job);
    return;
  }
  const job = jobs.get(String(message.job_id));
  if (!job) return;
  const { type } = message;
  if (type === "BlockReady") giveInputs(job);
  else if (type === "BlockOutput") output(job, String(message.handle), message.output);
  else if (type === "BlockOutputs") outputs(job, message.outputs);
  else if (type === "BlockError") report(type, { ...about(job), error: message.error });
  else if (type === "BlockRequest" && message.action === "Preview")
    report("BlockPreview", { ...about(job), payload: message.payload });
  else if (type === "BlockFinished") end(job, message);
}

function giveInputs(job: Job): void {
  publish(`inputs/${session_id}/${job.id}`, {
    type: "BlockInputs",
    session_id,
    ...about(job),
    inputs_def_patch: null,
    inputs: job.givenInputs ? null : job.inputs,
    inputs_def: job.node.task.inputs_def ? byHandle(job.node.task.inputs_def) : null,
  });
  job.givenInputs = true;
}

function output(job: Job, handle: string, value: unknown): void {
  report("BlockOutput", { ...about(job), handle, output: value });
  route(job, handle, value);
}

function outputs(job: Job, values: unknown): void {
  report("BlockOutputs", { ...about(job), outputs: values });
  for (const [handle, value] of Object.entries(values ?? {})) route(job, handle, value);
}

function route({ node: from }: Job, handle: string, value: unknown): void {
  for (const node of flow.nodes) {
    for (const source of node.sources) {
      if (!source.from_node?.some((edge) => edge.node_id === from.id && edge.output_handle === handle))
        continue;
      put(node, source.handle, value);
      startWhereComplete(node);
    }
  }
  for (const outlet of flow.outputs) {
    if (!outlet.from_node?.some((edge) => edge.node_id === from.id && edge.output_handle === handle))
      continue;
    if (flow.isSubflow) report("SubflowBlockOutput", { ...flowEvent, handle: outlet.handle, output: value });
  }
}

function end(job: Job, { result, error: blockError }: Record<string, unknown>): void {
  jobs.delete(job.id);
  const isFailed = typeof blockError === "string";
  report("BlockFinished", {
    ...about(job),
    ...(isFailed ? { error: blockError } : result != null && { result }),
    finish_at: Date.now(),
  });
  if (isFailed) finish({ error: blockError, stack: stacksOf(job.node) });
  for (const [handle, value] of Object.entries(result ?? {})) route(job, handle, value);
  if (jobs.size === 0) finish(); // what was said first counts
}

function byHandle(handles: { handle: string }[]) {
  return Object.fromEntries(handles.map((def) => [def.handle, def]));
}
