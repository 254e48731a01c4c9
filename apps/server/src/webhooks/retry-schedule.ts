const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** Between attempts: soon after a hiccup, for hours if the receiver is down. */
const pausesMs = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  1 * hour,
  2 * hour,
  4 * hour,
  8 * hour,
];

/** From the first attempt on. */
export const longestTryingMs = 24 * hour;

/**
 * When a webhook is tried again after so many attempts, the last of them at `nowMs`; `undefined` if a day is over. A tenth more or
 * less, so that what failed together does not come again together.
 */
export function nextAttemptAt(
  { attempts, triedSince }: { attempts: number; triedSince: number },
  nowMs: number,
  {
    retryAfterMs = 0,
    random = Math.random,
  }: { retryAfterMs?: number | undefined; random?: () => number } = {},
): number | undefined {
  const pauseMs = pausesMs[Math.min(attempts, pausesMs.length) - 1] ?? 5 * second;
  const nextMs = nowMs + Math.max(Math.round(pauseMs * (0.9 + random() / 5)), retryAfterMs);
  return nextMs > triedSince + longestTryingMs ? undefined : nextMs;
}
