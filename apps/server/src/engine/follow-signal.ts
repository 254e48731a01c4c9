/** A signal that is aborted with another one, or by itself. */
export interface FollowedSignal extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/**
 * Follows a signal until it is disposed of. `AbortSignal.any` does so by weak references, which costs tens of microseconds
 * each time, and is left to the garbage collector.
 */
export function followSignal(other: AbortSignal): FollowedSignal {
  const controller = new AbortController();
  const onAbort = () => controller.abort(other.reason);
  if (other.aborted) onAbort();
  else other.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => other.removeEventListener("abort", onAbort),
  };
}
