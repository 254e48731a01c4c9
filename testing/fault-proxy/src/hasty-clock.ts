/**
 * A clock that runs `haste` times as fast, for a client under test: pauses of seconds pass in tenths, in the same order.
 * Its own request timeouts stay real.
 */
export function createHastyClock(haste: number) {
  return {
    now: () => performance.now() * haste,
    delay(durationMs: number, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(
          () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
          Math.min(durationMs / haste, 2 ** 31 - 1),
        );
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
  };
}
