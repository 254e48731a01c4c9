import { TimeoutError } from "../errors/index.ts";
import type { Clock } from "./delay.ts";

export interface DeadlinePlan {
  /** What is awaited, for the message of the `TimeoutError`. */
  awaited: string;
  /** The time that the caller allowed, for that message too. */
  timeoutMs: number;
  /** A creation is awaited, which the server may have accepted when the time is over. Default false. */
  mayHaveHappened?: boolean;
  /** The end of the time, on the clock's own scale; infinity for never. */
  deadlineMs: number;
  signal: AbortSignal | undefined;
  clock: Clock;
}

export interface Deadline {
  /** Aborted with the caller's reason, or with a `TimeoutError` at the deadline. */
  readonly signal: AbortSignal;
  /** The last failure while waiting, kept for the `TimeoutError`. */
  lastFailure: unknown;
  /** Removes timer and listener. */
  close(): void;
}

/** The outcome of work that ends by the deadline or the caller's abort. */
export async function withinDeadline<Value>(
  plan: DeadlinePlan,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const deadline = openDeadline(plan);
  try {
    return await work(deadline.signal);
  } finally {
    deadline.close();
  }
}

/** One signal for both ends of a wait: the caller's abort, and the deadline. */
export function openDeadline(plan: DeadlinePlan): Deadline {
  const { signal, clock, deadlineMs, timeoutMs, awaited, mayHaveHappened = false } = plan;
  const controller = new AbortController();
  const timer = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  const deadline: Deadline = {
    signal: controller.signal,
    lastFailure: undefined,
    close() {
      signal?.removeEventListener("abort", onAbort);
      // The reason is nobody's; the default would be an error with a stack trace.
      timer.abort(null);
    },
  };
  if (Number.isFinite(deadlineMs)) {
    clock.delay(deadlineMs - clock.now(), timer.signal).then(
      () => {
        const { lastFailure } = deadline;
        controller.abort(new TimeoutError({ awaited, timeoutMs, lastFailure, mayHaveHappened }));
      },
      () => undefined,
    );
  }
  return deadline;
}
