import type { ExecutorParts } from "../executor/executor-parts.ts";
import { runJob } from "../executor/run-job.ts";
import type { BlockPayload, InputPatch, StackLevel } from "../wire/messages.ts";
import type { BlockTestOptions, TestChild } from "./block-test-options.ts";
import { toHandleDefs } from "./handle-defs.ts";
import { openMemoryEngine } from "./memory-engine.ts";
import { missingInputs, packInputs } from "./pack-inputs.ts";

interface Block {
  main: unknown;
  inputsDef?: TestChild["inputsDef"] | undefined;
  outputsDef?: TestChild["outputsDef"] | undefined;
}

interface Job {
  jobId: string;
  inputs: object;
  stacks: readonly StackLevel[];
  blockPath?: string | undefined;
  patches?: Record<string, InputPatch[]> | undefined;
}

/** The engine's view of the blocks of one run: the block itself and the children that it may start. */
export async function createTestBlocks(
  parts: Omit<ExecutorParts, "loadBlock">,
  { children = {}, credentials = {}, downstream = {} }: BlockTestOptions<unknown>,
) {
  const { mainframe, sessionId, variables } = parts;
  const engine = await openMemoryEngine({ mainframe, sessionId, answer });
  return { prepare };

  /** Offers the job's inputs and returns the messages for the executor. */
  function prepare(block: Block, job: Job): { payload: BlockPayload; runParts: ExecutorParts } {
    const inputsDef = toHandleDefs(block.inputsDef);
    const outputs = toHandleDefs(block.outputsDef);
    const inputs = packInputs({ inputs: { ...job.inputs }, inputsDef, sessionId, variables });
    const { jobId: job_id } = job;
    const stacks = [...job.stacks];
    engine.offer({
      job_id,
      stacks,
      ...(job.blockPath !== undefined && { block_path: job.blockPath }),
      inputs,
      inputs_def: inputsDef ?? null,
      inputs_def_patch: job.patches ?? null,
    });
    return {
      payload: {
        type: "BlockPayload",
        session_id: sessionId,
        executor_name: "nodejs",
        job_id,
        stacks,
        dir: parts.initialDir,
        executor: { name: "nodejs" },
        outputs: outputs ?? {},
        identifier: sessionId,
      },
      runParts: {
        ...parts,
        loadBlock: async () => block.main as Awaited<ReturnType<ExecutorParts["loadBlock"]>>,
        relaxed: { allowUndeclaredOutputs: outputs === undefined, progressWindowMs: 0 },
      },
    };
  }

  function answer(request: Record<string, unknown>): unknown {
    const { action, outputs } = request;
    if (action === "QueryDownstream") {
      const isAsked = (handle: string) => !Array.isArray(outputs) || outputs.includes(handle);
      return Object.fromEntries(Object.entries(downstream).filter(([handle]) => isAsked(handle)));
    }
    if (action === "QueryAuth") {
      const id = String(request.payload);
      if (!Object.hasOwn(credentials, id)) throw new Error(`there is no credential with the id ${id}`);
      return credentials[id];
    }
    if (action === "QueryBlock") return describe(findChild(request, "Query block failed"));
    return action === "RunBlock" ? startChild(request) : undefined;
  }

  function startChild(request: Record<string, unknown>): void {
    const child = findChild(request, "Run block failed");
    // Written by our own Context (oocana-protocol 2.4).
    const { block_job_id, payload, stacks, block } = request as {
      [key: string]: unknown;
      block_job_id: string;
      payload: { inputs: Record<string, unknown> };
      stacks: StackLevel[];
    };
    const missing = missingInputs(payload.inputs, toHandleDefs(child.inputsDef));
    if (missing.length > 0) {
      throw new Error(`Run block failed: missing inputs ${missing.join(", ")}. Block: ${block}`);
    }
    const level = { flow_job_id: block_job_id, flow: "/test/flow.oo.yaml", node_id: `run_block::${block}` };
    const job = { jobId: block_job_id, inputs: payload.inputs, stacks: [...stacks, level] };
    const prepared = prepare(child, job);
    engine.watch(block_job_id);
    engine.report({ type: "BlockStarted", job_id: block_job_id, inputs: payload.inputs });
    void runJob(prepared.payload, prepared.runParts);
  }

  function findChild({ block }: Record<string, unknown>, failure: string): TestChild {
    const name = String(block);
    const found = Object.hasOwn(children, name) ? children[name] : undefined;
    if (found === undefined) {
      throw new Error(`${failure}: not found; name it in the children of this test. Block: ${name}`);
    }
    return typeof found === "function" ? { ...definitionsOf(found), main: found } : found;
  }
}

function describe({ description, inputsDef, outputsDef }: TestChild): object {
  const inputs_def = toHandleDefs(inputsDef);
  const outputs_def = toHandleDefs(outputsDef);
  return {
    type: "task",
    ...(description !== undefined && { description }),
    ...(inputs_def && { inputs_def }),
    ...(outputs_def && { outputs_def }),
    additional_inputs: false,
    additional_outputs: false,
  };
}

/** A block made by `defineBlock` knows its inputs and outputs. */
export function definitionsOf(main: object): Pick<TestChild, "inputsDef" | "outputsDef"> {
  const { inputsDef, outputsDef } = main as Partial<TestChild>;
  return { ...(inputsDef && { inputsDef }), ...(outputsDef && { outputsDef }) };
}
