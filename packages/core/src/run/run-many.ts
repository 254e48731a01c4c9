import { InvalidInputError } from "../errors/index.ts";
import type { PollingOptions } from "../waiting/polling-options.ts";

export interface RunManyOptions extends PollingOptions {
  /** The number of concurrent tasks. Default 5. */
  concurrency?: number;
}

/** The outcome of one of many requests; `index` is the request's position. */
export type SettledRun<Request, Value> = { index: number; request: Request } & (
  | { status: "fulfilled"; value: Value }
  | { status: "rejected"; reason: unknown }
);

/**
 * Keeps `concurrency` runs going and yields each outcome as it comes, however long the source takes for the next
 * request. Holds no more than those in memory.
 */
export async function* runMany<Request, Value>(
  requests: Iterable<Request> | AsyncIterable<Request>,
  run: (request: Request, signal: AbortSignal) => Promise<Value>,
  { concurrency = 5, signal }: RunManyOptions,
): AsyncGenerator<SettledRun<Request, Value>, undefined> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new InvalidInputError(
      "concurrency",
      `expected a whole number above 0, got ${String(concurrency)}.`,
    );
  }
  const scope = new AbortController();
  let wake: () => void = () => undefined;
  const onAbort = () => {
    scope.abort(signal?.reason);
    wake();
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const source = { iterator: toAsyncIterator(requests), isBusy: false, isOver: false };
  const finished: SettledRun<Request, Value>[] = [];
  const failures: unknown[] = [];
  let started = 0;
  let running = 0;
  /** Takes requests until no place is free. */
  const fillPlaces = async () => {
    source.isBusy = true;
    try {
      while (running < concurrency) {
        const next = await source.iterator.next();
        source.isOver = next.done === true;
        // A request that the source gives after the end of the loop is not run.
        if (next.done || scope.signal.aborted) break;
        void settle(started, next.value, run(next.value, scope.signal)).then((settled) => {
          finished.push(settled);
          wake();
        });
        started += 1;
        running += 1;
      }
    } catch (failure) {
      source.isOver = true;
      failures.push(failure);
    }
    source.isBusy = false;
    wake();
  };
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (failures.length > 0) throw failures[0];
      if (!source.isOver && !source.isBusy && running < concurrency) void fillPlaces();
      const settled = finished.shift();
      if (settled) {
        running -= 1;
        yield settled;
      } else if (source.isOver && running === 0) {
        return;
      } else {
        // Not a race over all runs: an endless run would collect a listener for each run that ends.
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    scope.abort(new DOMException("The loop over these runs was left.", "AbortError"));
    if (!source.isOver) await leave(source);
  }
}

/** Tells a source that nothing more is wanted. A busy source is told later, and nobody waits for that. */
async function leave({ iterator, isBusy }: { iterator: AsyncIterator<unknown>; isBusy: boolean }) {
  const left = iterator.return?.();
  if (isBusy) left?.catch(() => undefined);
  else await left;
}

function toAsyncIterator<Request>(
  requests: Iterable<Request> | AsyncIterable<Request>,
): AsyncIterator<Request> {
  if (Symbol.asyncIterator in requests) return requests[Symbol.asyncIterator]();
  const iterator = requests[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    return: async () => iterator.return?.() ?? { done: true, value: undefined },
  };
}

async function settle<Request, Value>(
  index: number,
  request: Request,
  run: Promise<Value>,
): Promise<SettledRun<Request, Value>> {
  try {
    return { index, request, status: "fulfilled", value: await run };
  } catch (reason) {
    return { index, request, status: "rejected", reason };
  }
}
