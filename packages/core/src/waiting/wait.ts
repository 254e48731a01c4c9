import { adaptivePauseMs, retryPauseMs, scheduledPauseMs } from "./backoff.ts";
import { openDeadline } from "./deadline.ts";
import { type Clock, pauseOn, untilAborted } from "./delay.ts";
import type { ResolvedPollingOptions } from "./polling-options.ts";

/** The result of one poll. */
export interface Look<State> {
  state: State;
  isDone: boolean;
  /** The server held the answer for a while, so the next poll may follow at once. */
  wasHeld: boolean;
  /** `Retry-After`, in milliseconds. */
  retryAfterMs: number | undefined;
}

export interface WaitPlan<State> {
  /** What is awaited, "task 17 to end" for instance. */
  awaited: string;
  /** Polls once. `leftMs` is the time until the deadline, for servers that hold answers. */
  look(signal: AbortSignal, leftMs: number): Promise<Look<State>>;
  /** Called with what each poll saw; what it throws ends the wait. */
  onLook?(state: State): void | Promise<void>;
  /** Whether another poll may follow a failed one. */
  isTransient(failure: unknown): boolean;
  polling: ResolvedPollingOptions;
  /** On the clock's own scale. */
  deadlineMs: number;
  signal: AbortSignal | undefined;
  clock: Clock;
  random: () => number;
}

/**
 * The one waiting loop: polls until the state is final, and settles at once on abort (with the signal's reason) and at
 * the deadline (with `TimeoutError`), whatever the poll is doing. Transient failures do not end the wait.
 */
export async function waitUntilDone<State>(plan: WaitPlan<State>): Promise<State> {
  const { clock, deadlineMs, polling } = plan;
  const startedMs = clock.now();
  const scope = openDeadline({ ...plan, timeoutMs: polling.timeoutMs });
  let looks = 0;
  let failures = 0;
  try {
    for (;;) {
      scope.signal.throwIfAborted();
      let look: Look<State>;
      try {
        look = await untilAborted(plan.look(scope.signal, deadlineMs - clock.now()), scope.signal);
      } catch (failure) {
        scope.signal.throwIfAborted();
        failures += 1;
        if (!plan.isTransient(failure) || failures >= polling.maxFailures) throw failure;
        scope.lastFailure = failure;
        const ownPauseMs = retryPauseMs(failures, failureBounds, plan.random) + shortestPauseMs;
        // Retry-After is a minimum (RFC 9110, 10.2.3); 0 or a past date must not spin.
        await pauseOn(clock, Math.max(ownPauseMs, withinReason(retryAfterOf(failure)) ?? 0), scope.signal);
        continue;
      }
      if (plan.onLook) await untilAborted(Promise.resolve(plan.onLook(look.state)), scope.signal);
      if (look.isDone) return look.state;
      looks += 1;
      failures = 0;
      const heldPauseMs = look.wasHeld ? 0 : pauseAfter(plan, looks, clock.now() - startedMs);
      await pauseOn(clock, withinReason(look.retryAfterMs) ?? heldPauseMs, scope.signal);
    }
  } finally {
    scope.close();
  }
}

/** Between failed polls, in addition to the shortest pause. */
const failureBounds = { baseMs: 500, maxMs: 5_000 };

/** After a failure, or if the server asks for less: the loop must not spin. */
const shortestPauseMs = 100;
/** If a server asks for a day of pause, it is polled again nevertheless. */
const longestAskedPauseMs = 300_000;

function withinReason(askedMs: number | undefined): number | undefined {
  return askedMs === undefined
    ? undefined
    : Math.min(longestAskedPauseMs, Math.max(shortestPauseMs, askedMs));
}

function pauseAfter<State>({ polling, random }: WaitPlan<State>, looks: number, waitedMs: number): number {
  const progress = { looks, waitedMs };
  return polling.schedule ? scheduledPauseMs(polling.schedule, progress) : adaptivePauseMs(progress, random);
}

function retryAfterOf(failure: unknown): number | undefined {
  const asked: unknown = failure instanceof Error ? Reflect.get(failure, "retryAfterMs") : undefined;
  return typeof asked === "number" ? asked : undefined;
}
