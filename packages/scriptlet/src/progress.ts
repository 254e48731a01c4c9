const swallowed = Promise.resolve();

/** One job's throttled progress (oocana-protocol 6.4). */
export interface Progress {
  /** Leading value at once, then the last of each 300 ms window at its end. */
  report(value: unknown): Promise<void>;
  /** Sends the pending value, so that it comes before an output or the finish. */
  flush(): void;
  /** Sends nothing any more. */
  stop(): void;
}

/**
 * Creates the throttle; `send` gets numbers from 0 to 100, and `warn` is told of what is no number. A window of 0 ms lets every
 * value through.
 */
export function createProgress(
  send: (value: number) => Promise<void>,
  warn: (text: string) => Promise<void>,
  windowMs = 300,
): Progress {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending: number | undefined;
  let isStopped = false;

  return {
    report(value) {
      if (isStopped) return swallowed;
      const progress = Math.min(100, Math.max(0, toNumber(value)));
      if (Number.isNaN(progress))
        return warn("A progress that is not a number was ignored; it takes 0 to 100.");
      if (windowMs === 0) return send(progress);
      if (timer !== undefined) {
        pending = progress;
        return swallowed;
      }
      timer = setTimeout(endWindow, windowMs);
      return send(progress);
    },
    flush,
    stop() {
      isStopped = true;
      pending = undefined;
      clearTimeout(timer);
    },
  };

  function endWindow(): void {
    timer = pending === undefined ? undefined : setTimeout(endWindow, windowMs);
    flush();
  }

  function flush(): void {
    if (pending === undefined) return;
    const value = pending;
    pending = undefined;
    void send(value);
  }
}

function toNumber(value: unknown): number {
  try {
    return Number(value);
  } catch {
    // A Symbol, or an object without a primitive.
    return Number.NaN;
  }
}
