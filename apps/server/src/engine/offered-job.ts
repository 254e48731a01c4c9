import { topics } from "@oomol/scriptlet/wire";
import type { InstalledBlock } from "../packages/read-package.ts";
import { blockPayload } from "./block-messages.ts";
import type { ExecutorSession } from "./executor-session.ts";
import { rehearse } from "./rehearse.ts";
import { newJobId } from "./run-job.ts";

/** A job that an executor knows and has loaded the code for; only its inputs are missing. */
export interface OfferedJob {
  readonly id: string;
  /** Ends what is done ahead; true where the executor waits for the inputs, which it does for a minute. */
  take(): boolean;
}

/**
 * Offers a job before anyone wants it run. Our own executor loads a block as soon as it is offered, and rehearses
 * meanwhile; others may not bear the wait for inputs, so they are offered nothing.
 */
export function offerJob(session: ExecutorSession, block: InstalledBlock): OfferedJob | undefined {
  if (block.executor.name !== "nodejs") return undefined;
  const id = newJobId();
  const taken = new AbortController();
  let acceptedAtMs: number | undefined;
  const stopListening = session.room.listen((message) => {
    if (message.type !== "BlockReady" || message.job_id !== id) return;
    acceptedAtMs = Date.now();
    stopListening();
  });
  const { executor } = session;
  const payload = blockPayload(session, executor, { id, block, stacks: [] });
  executor.ready.then(() => {
    if (taken.signal.aborted) return;
    session.room.publish(topics.runBlock(block.executor.name), payload);
    void rehearse(session, block, taken.signal);
  }, stopListening);
  return {
    id,
    take() {
      taken.abort();
      stopListening();
      return acceptedAtMs !== undefined && Date.now() - acceptedAtMs < acceptedForMs;
    },
  };
}

/** Our executor waits 60 s. */
const acceptedForMs = 45_000;
