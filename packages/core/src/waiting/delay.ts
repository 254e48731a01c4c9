/** Time as the client sees it; tests and simulations pass their own. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason, at once, on abort. */
  delay(durationMs: number, signal?: AbortSignal): Promise<void>;
  /**
   * Like `delay`, used before a poll or a retry; may end early if that has become worthwhile, for instance when a page is back
   * online. Default: `delay`.
   */
  pause?(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Pauses before another poll or attempt. */
export function pauseOn(clock: Clock, durationMs: number, signal?: AbortSignal): Promise<void> {
  return clock.pause ? clock.pause(durationMs, signal) : clock.delay(durationMs, signal);
}

/** The runtime's own clock. A finished or aborted delay leaves neither timer nor listener. */
export const systemClock: Clock = { now: () => performance.now(), delay };

/** The longest that `setTimeout` can wait; anything longer fires at once. */
const longestTimerMs = 2 ** 31 - 1;

function delay(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    // A deadline may have passed before the wait for it begins; Node warns about a negative time.
    let leftMs = Math.max(0, durationMs);
    let timer: ReturnType<typeof setTimeout>;
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const arm = () => {
      const stepMs = Math.min(leftMs, longestTimerMs);
      leftMs -= stepMs;
      timer = setTimeout(() => (leftMs > 0 ? arm() : finish()), stepMs);
    };
    const finish = () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    signal?.addEventListener("abort", abort, { once: true });
    arm();
  });
}

/** The promise's outcome, or the signal's reason as soon as it is aborted; a later outcome is dropped silently. */
export function untilAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    const leave = () => signal.removeEventListener("abort", abort);
    promise.then(
      (value) => {
        leave();
        resolve(value);
      },
      (failure: unknown) => {
        leave();
        reject(failure);
      },
    );
  });
}
