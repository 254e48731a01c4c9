/** How the pause between two looks grows. */
export const BackoffStrategy = {
  /** Always `intervalMs`. */
  Fixed: "fixed",
  /** `intervalMs` times `backoffFactor` to the power of the looks so far, at most `maxIntervalMs`. */
  Exponential: "exponential",
} as const;

export type BackoffStrategy = (typeof BackoffStrategy)[keyof typeof BackoffStrategy];

/** What decides the pause after a look: how many came before it, and how long the wait has lasted. */
export interface WaitProgress {
  looks: number;
  waitedMs: number;
}

export interface BackoffOptions {
  intervalMs: number;
  maxIntervalMs: number;
  strategy: BackoffStrategy;
  factor: number;
}

/** The pause that the caller's own options ask for, to the millisecond. */
export function scheduledPauseMs(options: BackoffOptions, { looks }: WaitProgress): number {
  if (options.strategy === BackoffStrategy.Fixed) return options.intervalMs;
  return Math.min(options.maxIntervalMs, grown(options.intervalMs, options.factor, looks - 1));
}

/** Share of the time waited so far, and its bounds; chosen by `bench/waiting.ts`. */
const adaptive = { share: 0.095, shortestMs: 250, longestMs: 3_000, jitter: 0.1 };

/**
 * The pause where the caller asked for none in particular: a fixed share of the time waited so far. A short task is
 * seen to end soon, a long one is not asked after often, and neither needs tuning.
 * `random` gives 0…1 and spreads many clients' looks.
 */
export function adaptivePauseMs({ waitedMs }: WaitProgress, random: () => number): number {
  const pauseMs = Math.min(adaptive.longestMs, Math.max(adaptive.shortestMs, waitedMs * adaptive.share));
  return pauseMs * (1 + adaptive.jitter * (2 * random() - 1));
}

/** Full jitter: anything between nothing and an exponentially growing bound, so that clients do not come back together. */
export function retryPauseMs(
  failures: number,
  bounds: { baseMs: number; maxMs: number },
  random: () => number,
): number {
  return random() * Math.min(bounds.maxMs, grown(bounds.baseMs, 2, failures - 1));
}

/** Infinity, where powers end, would make no number of a first pause of 0. */
function grown(firstMs: number, factor: number, steps: number): number {
  return firstMs * Math.min(factor ** steps, Number.MAX_VALUE);
}
