import { printedErrors } from "@oomol/connect-shared/printed-errors";
import { JobOverError } from "./errors/job-over-error.ts";
import { RequestFailedError } from "./errors/request-failed-error.ts";
import { RequestTimeoutError } from "./errors/request-timeout-error.ts";
import type { Mainframe, Unsubscribe } from "./mainframe.ts";
import type { Outbox } from "./outbox.ts";
import { decodeMessage, encodeMessage } from "./wire/codec.ts";
import type { BlockRequest } from "./wire/messages.ts";
import { topics } from "./wire/topics.ts";

const defaultTimeoutMs = 30_000;

export interface RequestsOptions {
  mainframe: Mainframe;
  outbox: Outbox;
  sessionId: string;
  jobId: string;
}

/** One job's requests to the engine (oocana-protocol 2.4). */
export interface Requests {
  /**
   * Sends a request and waits for the answer.
   *
   * @throws {@link RequestFailedError} with the engine's own message.
   * @throws {@link RequestTimeoutError} after 30 seconds.
   */
  ask(question: Question): Promise<unknown>;
  /** Sends a request that has no answer, such as a preview. */
  tell(action: BlockRequest["action"], fields: object): Promise<void>;
  /** Rejects what still waits: the job is over, and the engine answers no finished job. */
  close(): void;
}

export interface Question {
  action: BlockRequest["action"];
  fields: object;
  /** The request, for people: `QueryBlock self::shout`. */
  title: string;
  timeoutMs?: number;
  /** Ends the wait without an answer, for requests that are answered only if they fail. */
  signal?: AbortSignal;
}

/** Creates the requests of one job. */
export function createRequests({ mainframe, outbox, sessionId, jobId }: RequestsOptions): Requests {
  const open = new Set<(error: Error) => void>();

  return {
    async ask({ action, fields, title, timeoutMs = defaultTimeoutMs, signal }) {
      const requestId = crypto.randomUUID();
      let timer: ReturnType<typeof setTimeout> | undefined;
      let giveUp: ((error: Error) => void) | undefined;
      let subscription: Promise<Unsubscribe> | undefined;
      try {
        return await new Promise<unknown>((resolve, reject) => {
          giveUp = reject;
          open.add(reject);
          const answer = (payload: string) => {
            const message = decodeMessage(payload);
            if (message?.request_id !== requestId) return;
            if (typeof message.error === "string")
              reject(new RequestFailedError(title, printedErrors(message.error)));
            else resolve(message.result);
          };
          const text = encodeMessage({ ...fields, ...envelope(action, requestId) });
          // Both packets keep their order on one connection; no need to wait for the acknowledgement.
          subscription = mainframe.subscribe(topics.response(sessionId, requestId), answer);
          subscription.catch(reject);
          outbox.send(topics.session(sessionId), text).catch(reject);
          if (Number.isFinite(timeoutMs)) {
            timer = setTimeout(() => reject(new RequestTimeoutError(title, timeoutMs)), timeoutMs);
          }
          signal?.addEventListener("abort", () => resolve(undefined), { once: true });
        });
      } finally {
        clearTimeout(timer);
        if (giveUp !== undefined) open.delete(giveUp);
        subscription?.then((unsubscribe) => unsubscribe()).catch(() => undefined);
      }
    },

    async tell(action, fields) {
      const text = encodeMessage({ ...fields, ...envelope(action, crypto.randomUUID()) });
      await outbox.send(topics.session(sessionId), text);
    },

    close() {
      for (const reject of open) reject(new JobOverError("A request to the engine"));
    },
  };

  function envelope(action: BlockRequest["action"], requestId: string): BlockRequest {
    return { type: "BlockRequest", action, session_id: sessionId, job_id: jobId, request_id: requestId };
  }
}
