import type { Readable } from "node:stream";
import { Refusal } from "../refusal.ts";

/**
 * The same chunks; throws a {@link Refusal} when the sender sends nothing for so long, and the reason of the signal when that is
 * aborted. One that is slow goes on.
 */
export async function* stopIdle(
  chunks: AsyncIterable<Uint8Array>,
  idleMs: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let isRead = false;
  try {
    while (true) {
      const next = await within(iterator.next(), idleMs, signal);
      isRead = next.done === true;
      if (isRead) return;
      yield next.value;
    }
  } finally {
    // Not waited for: it may wait for the chunk that does not come.
    if (!isRead) iterator.return?.().catch(() => undefined);
  }
}

/** The same for a stream that is piped: calls `fail`, unless whoever reads holds it up. Answers what ends that. */
export function watchIdle(body: Readable, idleMs: number, fail: (error: Refusal) => void): () => void {
  let moves = 0;
  const timer = setTimeout(() => {
    const before = moves;
    onceAllIsRead(() => {
      if (moves !== before) return;
      if (body.isPaused()) timer.refresh();
      else fail(idle(idleMs));
    });
  }, idleMs);
  const move = () => {
    moves += 1;
    timer.refresh();
  };
  const end = () => {
    moves += 1;
    clearTimeout(timer);
  };
  body.on("data", move).on("resume", move).once("end", end);
  return () => {
    end();
    body.off("data", move).off("resume", move).off("end", end);
  };
}

async function within<Value>(coming: Promise<Value>, idleMs: number, signal?: AbortSignal): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => onceAllIsRead(() => reject(idle(idleMs))), idleMs);
    onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** A server that was held up reads what has come meanwhile first: its own pause must not count as the sender's. */
export function onceAllIsRead(act: () => void): void {
  setImmediate(act); // after the poll phase of the event loop, which follows that of timers
}

const idle = (idleMs: number) =>
  new Refusal(408, `The rest of the body did not come: nothing of it for ${idleMs / 1_000} seconds.`);
