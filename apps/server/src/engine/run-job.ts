import { randomUUID } from "node:crypto";
import { topics } from "@oomol/scriptlet/wire";
import type { InstalledBlock } from "../packages/read-package.ts";
import { isRecord } from "../values.ts";
import { answerRequest } from "./answer-request.ts";
import { blockInputs, blockPayload } from "./block-messages.ts";
import type { ExecutorMessage, ExecutorSession } from "./executor-session.ts";

export interface Job {
  id: string;
  block: InstalledBlock;
  inputs: Record<string, unknown>;
  /** Called with each message about the job that observers are to see, in order. */
  onEvent(message: ExecutorMessage): void;
  /** The executor has said BlockReady already. */
  isAwaitingInputs?: boolean;
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
    const { id, block, inputs } = job;
    const offer = () =>
      session.publish(topics.runBlock(block.executor.name), blockPayload(session, id, block));
    const resend = setInterval(offer, resendMs);
    let isAccepted = false;

    const giveInputs = () => {
      clearInterval(resend);
      // Inputs are delivered once; a second BlockReady gets null, as the engine does.
      const given = isAccepted ? null : inputs;
      isAccepted = true;
      session.publish(topics.inputs(session.id, id), blockInputs(session, id, block, given));
    };

    const handle = (message: ExecutorMessage) => {
      if (message.job_id !== id) return;
      if (message.type === "BlockReady") {
        giveInputs();
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
    if (job.isAwaitingInputs) giveInputs();
    else void session.ready.then(offer, () => undefined);
  });
}

const resendMs = 3_000;

/** Progress travels twice: for flows on the session's topic, without stacks, and for people on `report`. */
function isReportOf(message: ExecutorMessage): boolean {
  return message.type !== "BlockProgress" || "stacks" in message;
}

function readFinish(message: ExecutorMessage): JobFinish {
  const { error, result } = message;
  if (typeof error === "string") return { error };
  if (isRecord(result)) return { result };
  if (result == null && error == null) return {};
  // The real engine drops such a message and waits forever.
  return { error: "The executor finished the block with a result that cannot be read." };
}
