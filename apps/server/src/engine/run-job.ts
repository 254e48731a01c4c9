import { randomUUID } from "node:crypto";
import { type BlockInputs, type BlockPayload, type HandleDefs, topics } from "@oomol/scriptlet/wire";
import type { HandleManifest } from "../packages/manifest.ts";
import type { InstalledBlock } from "../packages/read-package.ts";
import { isRecord } from "../values.ts";
import { answerRequest } from "./answer-request.ts";
import type { ExecutorMessage, ExecutorSession } from "./executor-session.ts";

export interface Job {
  id: string;
  block: InstalledBlock;
  inputs: Record<string, unknown>;
  /** Called with each message about the job that observers are to see, in order. */
  onEvent(message: ExecutorMessage): void;
}

/** How a job ended; `error` wins over `result`. */
export interface JobFinish {
  result?: Record<string, unknown>;
  error?: string;
}

/** A new job id, safe inside a topic. */
export const newJobId = (): string => randomUUID();

/** Runs one block on an executor to its BlockFinished (`oocana-protocol.md`, 2.6). A crash is not its concern. */
export function runJob(session: ExecutorSession, job: Job, signal: AbortSignal): Promise<JobFinish> {
  return new Promise((resolve) => {
    const offer = () => session.publish(topics.runBlock(job.block.executor.name), blockPayload(session, job));
    const resend = setInterval(offer, resendMs);
    let isAccepted = false;

    const handle = (message: ExecutorMessage) => {
      if (message.job_id !== job.id) return;
      if (message.type === "BlockReady") {
        clearInterval(resend);
        // Inputs are delivered once; a second BlockReady gets null, as the engine does.
        session.publish(topics.inputs(session.id, job.id), blockInputs(session, job, isAccepted));
        isAccepted = true;
      } else if (message.type === "BlockRequest") {
        answerRequest(session, message, job.onEvent);
      } else if (message.type === "BlockFinished") {
        finish(readFinish(message));
      } else if (isReportOf(message)) {
        job.onEvent(message);
      }
    };

    const finish = (finished: JobFinish) => {
      clearInterval(resend);
      stopListening();
      signal.removeEventListener("abort", cancel);
      resolve(finished);
    };
    const cancel = () => finish({ error: "The job was cancelled." });
    const stopListening = session.listen(handle);
    signal.addEventListener("abort", cancel);
    void session.ready.then(offer, () => undefined);
  });
}

const resendMs = 3_000;

/** Progress travels twice: for flows on the session's topic, without stacks, and for people on `report`. */
function isReportOf(message: ExecutorMessage): boolean {
  return message.type !== "BlockProgress" || "stacks" in message;
}

function blockPayload(session: ExecutorSession, job: Job): BlockPayload {
  const { executor, directory, outputs } = job.block;
  return {
    type: "BlockPayload",
    session_id: session.id,
    executor_name: executor.name,
    job_id: job.id,
    stacks: [],
    dir: directory,
    executor,
    ...(outputs && { outputs: defsOf(outputs) }),
    identifier: session.identifier,
  };
}

function blockInputs(session: ExecutorSession, job: Job, isRepeated: boolean): BlockInputs {
  const { inputs, manifestFile } = job.block;
  return {
    type: "BlockInputs",
    session_id: session.id,
    job_id: job.id,
    stacks: [],
    block_path: manifestFile,
    inputs: isRepeated || Object.keys(job.inputs).length === 0 ? null : job.inputs,
    inputs_def: inputs && inputs.length > 0 ? defsOf(inputs) : null,
    inputs_def_patch: null,
  };
}

/** By handle; a nullable input without a value has null, as in the engine. */
function defsOf(handles: readonly HandleManifest[]): HandleDefs {
  const entries = handles.map((def) => {
    const withNull = def.nullable && !Object.hasOwn(def, "value") ? { value: null } : {};
    const { description, json_schema, nullable, ...others } = def;
    const known = {
      ...(description != null && { description }),
      ...(json_schema != null && { json_schema }),
      ...(nullable != null && { nullable }),
    };
    return [def.handle, { ...others, ...known, ...withNull }] as const;
  });
  return Object.fromEntries(entries);
}

function readFinish(message: ExecutorMessage): JobFinish {
  const { error, result } = message;
  if (typeof error === "string") return { error };
  if (isRecord(result)) return { result };
  if (result == null && error == null) return {};
  // The real engine drops such a message and waits forever.
  return { error: "The executor finished the block with a result that cannot be read." };
}
