/** A signal that is aborted with others, or by itself. */
export interface FollowedSignal extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/**
 * Follows signals until it is disposed of. `AbortSignal.any` does so by weak references, which costs tens of microseconds
 * each time, and is left to the garbage collector.
 */
export function followSignal(...others: AbortSignal[]): FollowedSignal {
  const controller = new AbortController();
  const onAbort = () => controller.abort(others.find(({ aborted }) => aborted)?.reason);
  if (others.some(({ aborted }) => aborted)) onAbort();
  else for (const other of others) other.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      for (const other of others) other.removeEventListener("abort", onAbort);
    },
  };
}
