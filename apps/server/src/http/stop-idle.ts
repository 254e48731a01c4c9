import type { Readable } from "node:stream";
import { Refusal } from "../refusal.ts";

/** The same chunks; throws a {@link Refusal} when the sender sends nothing for so long. One that is slow goes on. */
export async function* stopIdle(
  chunks: AsyncIterable<Uint8Array>,
  idleMs: number,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let isRead = false;
  try {
    while (true) {
      const next = await within(iterator.next(), idleMs);
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
  const timer = setTimeout(() => {
    if (body.isPaused()) timer.refresh();
    else fail(idle(idleMs));
  }, idleMs);
  const move = () => void timer.refresh();
  const end = () => clearTimeout(timer);
  body.on("data", move).on("resume", move).once("end", end);
  return () => {
    end();
    body.off("data", move).off("resume", move).off("end", end);
  };
}

async function within<Value>(coming: Promise<Value>, idleMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(idle(idleMs)), idleMs);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}

const idle = (idleMs: number) =>
  new Refusal(408, `The rest of the body did not come: nothing of it for ${idleMs / 1_000} seconds.`);
