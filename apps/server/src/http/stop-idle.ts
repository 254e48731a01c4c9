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
