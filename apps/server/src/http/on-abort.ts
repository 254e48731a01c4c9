const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` when a signal is aborted that thousands may listen to; returns what ends this. The signal itself would walk
 * through all of them for each that comes, and for each that goes.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const known = listenersOf.get(signal);
  const listeners = known ?? new Set();
  if (known === undefined) {
    listenersOf.set(signal, listeners);
    signal.addEventListener("abort", () => listeners.forEach((one) => void one()), { once: true });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}
