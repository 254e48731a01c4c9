import { notNegative, positive } from "../errors/checked-numbers.ts";
import { InvalidInputError } from "../errors/index.ts";
import type { RequestOptions } from "../request-options.ts";
import type { InstallTask, Task, TaskLog } from "../types.ts";
import { type BackoffOptions, BackoffStrategy } from "./backoff.ts";

/**
 * How to wait. By default the client streams or long-polls if the server can; otherwise it polls: at once, then after pauses
 * of a fixed share of the time waited so far, between 0.25 and 3 seconds. Any of the first four options sets a schedule.
 */
export interface WaitOptions<State, Details extends unknown[] = []> extends RequestOptions {
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
  /** Failed polls in a row before the wait fails. Default: no limit with a `timeoutMs`, otherwise 20. */
  maxFailures?: number;
  /** Called with the state of each poll; if it throws, the wait ends. */
  onProgress?: (state: State, ...details: Details) => void | Promise<void>;
}

/** {@link WaitOptions} for an installation. */
export interface InstallPollingOptions extends WaitOptions<InstallTask> {
  /**
   * When `signal` is aborted, also cancel the installation on the server. The promise rejects at once, and the cancel is sent
   * in the background; `client.close()` waits for it. An installation whose creation is in flight is finished first, even if
   * `timeoutMs` has passed. If it cannot be cancelled, `onWarning` tells. Default false.
   */
  cancelOnAbort?: boolean;
}

/** How far a task is. */
export interface TaskProgress {
  /** 0…100, as the block that the task runs has told last; `undefined` before, and for a flow. */
  percent: number | undefined;
}

/** {@link WaitOptions} for a task; `onProgress` is called for each progress that its block tells, too. */
export interface PollingOptions extends WaitOptions<Task, [TaskProgress]> {
  /** Called with each log once, in order; if it throws, the wait ends. */
  onLog?: (log: TaskLog) => void | Promise<void>;
  /**
   * When `signal` is aborted, also stop the task on the server. The promise rejects at once, and the stop is sent in the
   * background; `client.close()` waits for it. A creation in flight is finished first, even if `timeoutMs` has passed, since
   * nothing else would know what to stop; one with files is cut off. Default false.
   */
  stopOnAbort?: boolean;
}

/** How a wait polls and pauses, with every default filled in. */
export interface ResolvedPollingOptions {
  /** The caller's own schedule; `undefined` for the adaptive one. */
  schedule: BackoffOptions | undefined;
  timeoutMs: number;
  maxFailures: number;
}

/** @throws {@link InvalidInputError} if an option is invalid. */
export function resolvePollingOptions(
  options: Omit<WaitOptions<never>, "onProgress"> = {},
): ResolvedPollingOptions {
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
