import { notNegative, positive } from "../errors/checked-numbers.ts";
import { InvalidInputError } from "../errors/index.ts";
import type { RequestOptions } from "../request-options.ts";
import type { InstallTask, Task, TaskLog } from "../types.ts";
import { type BackoffOptions, BackoffStrategy } from "./backoff.ts";

/**
 * How to wait. With none of the first four the wait is adaptive: the first look at once, then pauses of a fixed share of
 * the time waited so far, between 0.25 and 3 seconds; a server that holds answers or streams events is used as such.
 */
export interface WaitOptions<State> extends RequestOptions {
  /** First pause, in milliseconds. Default 2,000 once any of these four is given. */
  intervalMs?: number;
  /** Longest pause, in milliseconds. Default 10,000 once any of these four is given. */
  maxIntervalMs?: number;
  /** Default `BackoffStrategy.Exponential` once any of these four is given. */
  backoffStrategy?: BackoffStrategy;
  /** Default 1.5 once any of these four is given. */
  backoffFactor?: number;
  /** Milliseconds for the whole wait; then it rejects with `TimeoutError`. Default: no limit. */
  timeoutMs?: number;
  /** How many looks in a row may fail before the wait does. Default: no limit while there is a `timeoutMs`, else 20. */
  maxFailures?: number;
  /** Called with what each look saw; what it throws ends the wait. */
  onProgress?: (state: State) => void | Promise<void>;
}

/** {@link WaitOptions} for an installation. */
export type InstallPollingOptions = WaitOptions<InstallTask>;

/** {@link WaitOptions} for a task. */
export interface PollingOptions extends WaitOptions<Task> {
  /** Called with each log once, in order; what it throws ends the wait. */
  onLog?: (log: TaskLog) => void | Promise<void>;
  /**
   * When `signal` is aborted, also stop the task on the server. The stop goes on behind the promise that rejects;
   * `client.close()` waits for it. A creation in flight comes to its end first, also where `timeoutMs` is over, since
   * nobody else would know what to stop; one with files is cut off. Default false.
   */
  stopOnAbort?: boolean;
}

/** How a wait looks and pauses, every default filled in. */
export interface ResolvedPollingOptions {
  /** The caller's own schedule; `undefined` for the adaptive one. */
  schedule: BackoffOptions | undefined;
  timeoutMs: number;
  maxFailures: number;
}

/** @throws {@link InvalidInputError} where an option cannot work. */
export function resolvePollingOptions(options: WaitOptions<never> = {}): ResolvedPollingOptions {
  const { intervalMs, maxIntervalMs, backoffStrategy, backoffFactor } = options;
  const isScheduled = [intervalMs, maxIntervalMs, backoffStrategy, backoffFactor].some(
    (option) => option !== undefined,
  );
  const timeoutMs = positive("timeoutMs", options.timeoutMs ?? Number.POSITIVE_INFINITY);
  return {
    schedule: isScheduled
      ? {
          intervalMs: notNegative("intervalMs", intervalMs ?? 2_000),
          maxIntervalMs: notNegative("maxIntervalMs", maxIntervalMs ?? 10_000),
          strategy: oneOf("backoffStrategy", backoffStrategy ?? BackoffStrategy.Exponential),
          factor: positive("backoffFactor", backoffFactor ?? 1.5),
        }
      : undefined,
    timeoutMs,
    maxFailures: positive(
      "maxFailures",
      options.maxFailures ?? (Number.isFinite(timeoutMs) ? Number.POSITIVE_INFINITY : 20),
    ),
  };
}

function oneOf(name: string, value: BackoffStrategy): BackoffStrategy {
  const known = Object.values(BackoffStrategy);
  if (known.includes(value)) return value;
  throw new InvalidInputError(name, `expected one of ${known.join(", ")}, got ${String(value)}.`);
}
