/** How the pause between two polls grows. */
export const BackoffStrategy = {
  /** Always `intervalMs`. */
  Fixed: "fixed",
  /** `intervalMs` times `backoffFactor` to the power of the polls so far, at most `maxIntervalMs`. */
  Exponential: "exponential",
} as const;

export type BackoffStrategy = (typeof BackoffStrategy)[keyof typeof BackoffStrategy];

/** The basis of the pause after a poll: the number of polls before it, and the length of the wait. */
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

/** The pause of the caller's own schedule, to the millisecond. */
export function scheduledPauseMs(options: BackoffOptions, { looks }: WaitProgress): number {
  if (options.strategy === BackoffStrategy.Fixed) return options.intervalMs;
  return Math.min(options.maxIntervalMs, grown(options.intervalMs, options.factor, looks - 1));
}

/** Share of the time waited so far, and its bounds; chosen by `bench/waiting.ts`. */
const adaptive = { share: 0.095, shortestMs: 250, longestMs: 3_000, jitter: 0.1 };

/**
 * The pause without a schedule: a fixed share of the time waited so far. The end of a short task is
 * seen soon, a long task is polled rarely, and neither needs tuning.
 * `random` gives 0…1 and spreads the polls of many clients.
 */
export function adaptivePauseMs({ waitedMs }: WaitProgress, random: () => number): number {
  const pauseMs = Math.min(adaptive.longestMs, Math.max(adaptive.shortestMs, waitedMs * adaptive.share));
  return pauseMs * (1 + adaptive.jitter * (2 * random() - 1));
}

/** Full jitter: anything between nothing and an exponentially growing bound, so that clients do not retry together. */
export function retryPauseMs(
  failures: number,
  bounds: { baseMs: number; maxMs: number },
  random: () => number,
): number {
  return random() * Math.min(bounds.maxMs, grown(bounds.baseMs, 2, failures - 1));
}

/** `0 * Infinity` is NaN, so clamp. */
function grown(firstMs: number, factor: number, steps: number): number {
  return firstMs * Math.min(factor ** steps, Number.MAX_VALUE);
}
