/** Knows when this process has stood still: frozen, or on a machine that slept. */
export interface Standstill {
  /** True if it has since then, by `performance.now()`. */
  hasHappenedSince(ms: number): boolean;
  close(): void;
}

const lookMs = 1_000;
/** Longer than a process is held up on a busy machine, and shorter than programs wait for its answers. */
const standstillMs = 4_000;

/** Begins to watch. */
export function watchStandstill(): Standstill {
  let lookedAtMs = performance.now();
  let lastMs = Number.NEGATIVE_INFINITY;
  const look = () => {
    const nowMs = performance.now();
    if (nowMs - lookedAtMs > lookMs + standstillMs) lastMs = nowMs;
    lookedAtMs = nowMs;
  };
  const timer = setInterval(look, lookMs).unref();
  return {
    hasHappenedSince(ms) {
      look(); // other news may come before the timer's turn
      return lastMs > ms;
    },
    close: () => clearInterval(timer),
  };
}
