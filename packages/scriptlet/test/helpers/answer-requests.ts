import { topics } from "../../src/wire/index.ts";
import type { FakeEngine, Heard, JobRequest } from "./fake-engine.ts";

export interface AnswerOptions {
  /** Tasks that runBlock and queryBlock find, by name. */
  tasks?: Record<string, Pick<JobRequest, "dir" | "entry" | "outputs">>;
  /** What queryDownstream finds. */
  downstream?: Record<string, object>;
  /** Entries of credentials by vault id. */
  vault?: Record<string, Record<string, string>>;
}

/** Has an engine answer requests and report its children, as one with a vault and `--reporter` does (oocana-protocol 2.4, 2.5). */
export function answerRequests(
  engine: FakeEngine,
  { tasks = {}, downstream = {}, vault = {} }: AnswerOptions,
): void {
  const children = new Map<string, unknown>();

  engine.onMessage((message) => {
    if (message.from === "report") return;
    if (message.type === "BlockRequest") void answer(message);
    else if (children.has(String(message.job_id))) reportChild(message);
  });

  function answer(request: Heard): Promise<unknown> | undefined {
    const { action, block, outputs, payload } = request;
    if (action === "QueryDownstream") {
      const asked = Array.isArray(outputs) ? outputs : Object.keys(downstream);
      const found = asked.flatMap((handle) => (handle in downstream ? [[handle, downstream[handle]]] : []));
      return engine.answer(request, { result: Object.fromEntries(found) });
    }
    if (action === "QueryAuth") {
      const result = vault[String(payload)];
      return engine.answer(request, result ? { result } : { error: "Vault client is not available." });
    }
    if (action === "UpdateNodeWeight") return engine.answer(request, {});
    if (action !== "QueryBlock" && action !== "RunBlock") return undefined;
    const task = tasks[String(block)];
    if (task === undefined) {
      return engine.answer(request, { error: `Run block failed: not found. Block: ${String(block)}` });
    }
    if (action === "RunBlock") return startChild(request, task);
    const description = { type: "task", additional_inputs: false, additional_outputs: false };
    return engine.answer(request, { result: description });
  }

  /** No answer: a child that has started is followed on `report`. */
  async function startChild(request: Heard, task: Pick<JobRequest, "dir" | "entry" | "outputs">) {
    const { inputs } = request.payload as { inputs: Record<string, unknown> };
    const jobId = String(request.block_job_id);
    const level = { flow_job_id: "f1", flow: "/demo/flow.oo.yaml", node_id: `run_block::${request.block}` };
    const stacks = [...(request.stacks as (typeof level)[]), level];
    children.set(jobId, stacks);
    await report({ type: "BlockStarted", job_id: jobId, stacks, inputs, create_at: 1 });
    await engine.start({ ...task, jobId, inputs, stacks });
  }

  function reportChild({ from: _, sequence: __, ...message }: Heard): void {
    const stacks = children.get(String(message.job_id));
    if (["BlockOutput", "BlockOutputs"].includes(message.type)) void report({ ...message, stacks });
    if (message.type === "BlockFinished") void report({ ...message, stacks, finish_at: 1 });
  }

  function report(event: object): Promise<void> {
    return engine.publish(topics.report, { session_id: engine.sessionId, ...event });
  }
}
