import { dirname } from "node:path";
import { about, type Job } from "./executors.ts";
import { createFlowRun } from "./flow-run.ts";
import { byHandle, type Handle, packageOf, readFlow, readTask, resolveReference } from "./manifests.ts";
import type { Message } from "./read-message.ts";
import type { Run } from "./run.ts";

/** Answers what blocks ask (oocana-protocol 2.4). */
export function answerRequest(run: Run, state: { isSilent: boolean }, job: Job, message: Message): void {
  const { session } = run;
  const { action, request_id, payload } = message;
  // From then on the engine answers nobody any more (oocana-protocol 10, 2.1).
  if (!/^[A-Za-z0-9_-]+$/.test(String(request_id))) state.isSilent = true;
  if (state.isSilent) return;
  const answer = (fields: object) =>
    session.publish(`session/${session.id}/request/${request_id}/response`, {
      ...{ session_id: session.id, job_id: job.id, request_id },
      ...fields,
    });
  try {
    if (action === "Preview") {
      session.report("BlockPreview", { ...about(job), payload });
      job.onPreview?.(payload);
    } else if (action === "QueryDownstream") answer({ result: {} });
    else if (action === "QueryAuth") answer({ error: "Vault client is not available." });
    else if (action === "QueryBlock") answer({ result: describe(run, job, String(message.block)) });
    else if (action === "RunBlock") runBlock(run, job, message);
    else if (job.stacks.length > 0) answer({});
  } catch (error) {
    answer({ error: `Run block failed: ${(error as Error).message} Block: ${message.block}` });
  }
}

function find(run: Run, job: Job, block: string) {
  const flow = run.flowOf.get(job.id)?.flow;
  const file = flow?.file ?? job.blockPath ?? "";
  // A block that is run directly is looked up from where the engine was started (oocana-protocol 10, 7.3).
  const packageDirectory = flow ? packageOf(file) : process.cwd();
  return resolveReference(
    block,
    { packageDirectory, flowDirectory: dirname(file) },
    run.session.options.searchPaths,
  );
}

function describe(run: Run, job: Job, block: string) {
  const found = find(run, job, block);
  const { inputs_def = [], ...read } = found.kind === "task" ? readTask(found.file) : readFlow(found.file);
  const outputs = "outputs_def" in read ? (read.outputs_def as Handle[]) : [];
  return { type: found.kind, inputs_def: byHandle(inputs_def), outputs_def: byHandle(outputs) };
}

/** Its outputs go nowhere; that it ends is told on `report`. */
function runBlock(run: Run, caller: Job, message: Message): void {
  const block = String(message.block);
  const id = String(message.block_job_id);
  const found = find(run, caller, block);
  const { inputs: given = {} } = message.payload as { inputs?: Record<string, unknown> };
  const flow = run.flowOf.get(caller.id);
  const level = { flow_job_id: flow?.id ?? "", flow: flow?.flow.file ?? "", node_id: `run_block::${block}` };
  const stacks = [...caller.stacks, level];
  const scope = block.startsWith("self::") ? caller.scope : found.packageDirectory;
  const nothing = { onOutput: () => undefined, onProgress: () => undefined, onPreview: () => undefined };
  if (found.kind === "subflow") {
    const inner = readFlow(found.file);
    const inputs = complete(inner.inputs_def ?? [], given);
    flow?.addChild(id);
    const onEnd = (failure: unknown) => flow?.childEnded(id, failure !== undefined);
    createFlowRun(run, inner, { id, stacks, isRoot: false, scope, ...nothing, onEnd }).start(inputs);
    return;
  }
  const task = readTask(found.file);
  const inputs = complete(task.inputs_def ?? [], given);
  flow?.addChild(id);
  if (flow) run.flowOf.set(id, flow);
  const onEnd = (_result: unknown, error: string | undefined) => flow?.childEnded(id, error !== undefined);
  const place = { directory: dirname(found.file), blockPath: found.file, scope };
  run.startJob({ id, stacks, task, inputs, ...place, ...nothing, onEnd });
}

/** What is missing is refused here, unlike in a flow (oocana-protocol 2.4, 7.2). */
function complete(defs: readonly Handle[], given: Record<string, unknown>): Record<string, unknown> {
  const inputs = { ...given };
  for (const def of defs.filter((one) => "handle" in one && !(one.handle in inputs))) {
    if ("value" in def) inputs[def.handle] = def.value;
    else if (def.nullable) inputs[def.handle] = null;
    else throw new Error(`missing inputs: ${def.handle}.`);
  }
  return inputs;
}
