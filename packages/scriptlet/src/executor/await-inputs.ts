import type { Mainframe } from "../mainframe.ts";
import { decodeMessage } from "../wire/codec.ts";
import type { BlockInputs } from "../wire/messages.ts";
import { parseBlockInputs } from "../wire/read-job.ts";
import { topics } from "../wire/topics.ts";

export interface AwaitInputsOptions {
  mainframe: Mainframe;
  sessionId: string;
  jobId: string;
  timeoutMs: number;
}

/**
 * Announces that a job is ready and waits for its inputs, which the engine sends once (oocana-protocol 2.6).
 *
 * @throws {@link InputsTimeoutError}, or `MalformedMessageError` for inputs that do not follow the protocol.
 */
export async function awaitInputs({
  mainframe,
  sessionId,
  jobId,
  timeoutMs,
}: AwaitInputsOptions): Promise<BlockInputs> {
  const { promise: received, resolve: accept } = Promise.withResolvers<Record<string, unknown>>();
  const unsubscribe = await mainframe.subscribe(topics.inputs(sessionId, jobId), (payload) => {
    const message = decodeMessage(payload);
    // The topic belongs to this job alone; the first message counts.
    if (message !== undefined) accept(message);
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const ready = { type: "BlockReady", session_id: sessionId, job_id: jobId };
    // The inputs themselves are the acknowledgement.
    mainframe.publish(topics.session(sessionId), JSON.stringify(ready)).catch(() => undefined);
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new InputsTimeoutError(timeoutMs)), timeoutMs);
    });
    return parseBlockInputs(await Promise.race([received, late]));
  } finally {
    clearTimeout(timer);
    unsubscribe().catch(() => undefined);
  }
}

/** Thrown if the engine does not send the inputs of a job that is ready. */
export class InputsTimeoutError extends Error {
  override readonly name = "InputsTimeoutError";

  constructor(timeoutMs: number) {
    super(`The engine did not send the block's inputs within ${timeoutMs} ms of BlockReady.`);
  }
}
