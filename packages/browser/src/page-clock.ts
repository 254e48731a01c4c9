import { type Clock, systemClock } from "@oomol/connect-core";

/** The system's clock. A pause also ends when the page comes back: online, to the front, or out of the browser's cache. */
export const pageClock: Clock = { ...systemClock, pause };

async function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  const scope = new AbortController();
  let wake: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const onAbort = () => scope.abort(signal?.reason);
  const onVisible = () => {
    if (document.visibilityState === "visible") wake();
  };
  const listening = { signal: scope.signal };
  signal?.addEventListener("abort", onAbort, listening);
  addEventListener("online", () => wake(), listening);
  addEventListener("pageshow", () => wake(), listening);
  document.addEventListener("visibilitychange", onVisible, listening);
  if (signal?.aborted) onAbort();
  try {
    const slept = systemClock.delay(durationMs, scope.signal);
    await Promise.race([slept, woken]);
  } finally {
    // Clears the timer and removes the listeners.
    scope.abort();
  }
}
