import { InvalidInputError } from "./errors/index.ts";
import type { PollingOptions } from "./options.ts";

export interface RunManyOptions extends PollingOptions {
  /** How many tasks are under way at once. Default 5. */
  concurrency?: number;
}

/** The outcome of one of many requests; `index` is its place among them. */
export type SettledRun<Request, Value> = { index: number; request: Request } & (
  | { status: "fulfilled"; value: Value }
  | { status: "rejected"; reason: unknown }
);

/** Keeps `concurrency` runs under way and yields each outcome as it comes. Holds no more than those in memory. */
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
  const onAbort = () => scope.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const source = toAsyncIterator(requests);
  const finished: SettledRun<Request, Value>[] = [];
  let wake: () => void = () => undefined;
  let isSourceDry = false;
  let started = 0;
  let running = 0;
  try {
    for (;;) {
      while (!isSourceDry && running < concurrency) {
        signal?.throwIfAborted();
        const next = await source.next();
        if (next.done) {
          isSourceDry = true;
          break;
        }
        void settle(started, next.value, run(next.value, scope.signal)).then((settled) => {
          finished.push(settled);
          wake();
        });
        started += 1;
        running += 1;
      }
      signal?.throwIfAborted();
      const settled = finished.shift();
      if (settled) {
        running -= 1;
        yield settled;
      } else if (running === 0) {
        return;
      } else {
        // Not a race over all runs: one that never ends would gather a listener for each that does.
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    scope.abort(new DOMException("The loop over these runs was left.", "AbortError"));
    await source.return?.();
  }
}

function toAsyncIterator<Request>(requests: Iterable<Request> | AsyncIterable<Request>) {
  if (Symbol.asyncIterator in requests) return requests[Symbol.asyncIterator]();
  const iterator = requests[Symbol.iterator]();
  return { next: async () => iterator.next(), return: async () => iterator.return?.() };
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
