import { topics } from "@oomol/scriptlet/wire";
import type { InstalledBlock } from "../packages/read-package.ts";
import { blockPayload } from "./block-messages.ts";
import type { ExecutorSession } from "./executor-session.ts";
import { newJobId } from "./run-job.ts";

/** A job that an executor knows and has loaded the code for; only its inputs are missing. */
export interface OfferedJob {
  readonly id: string;
  /** True while the executor waits for the inputs: it stops after a minute. */
  isAwaitingInputs(): boolean;
}

/**
 * Offers a job before anyone wants it run. Our own executor loads a block as soon as it is offered; others may not bear
 * the wait for inputs, so they are offered nothing.
 */
export function offerJob(session: ExecutorSession, block: InstalledBlock): OfferedJob | undefined {
  if (block.executor.name !== "nodejs") return undefined;
  const id = newJobId();
  let acceptedAtMs: number | undefined;
  const stopListening = session.listen((message) => {
    if (message.type !== "BlockReady" || message.job_id !== id) return;
    acceptedAtMs = Date.now();
    stopListening();
  });
  const { executor } = session;
  const payload = blockPayload(session, executor, { id, block, stacks: [] });
  executor.ready.then(() => session.publish(topics.runBlock(block.executor.name), payload), stopListening);
  return {
    id,
    isAwaitingInputs: () => acceptedAtMs !== undefined && Date.now() - acceptedAtMs < acceptedForMs,
  };
}

/** Our executor waits 60 s. */
const acceptedForMs = 45_000;
