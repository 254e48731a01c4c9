import { asBytes } from "../values/as-bytes.ts";
import type { BinarySource, JobFiles } from "../values/value-stores.ts";
import { headBytes, mediaExtension } from "./media-extension.ts";
import { toImageSource } from "./plot.ts";

/** The sources of pictures, sounds or films, each as a message can carry it. What is not there yet is left out, and named. */
export function mediaSources(
  values: readonly unknown[],
  files: JobFiles,
  onPromise: (index: number) => void,
): unknown[] {
  const isThere = (value: unknown, index: number) => {
    if (!isPromise(value)) return true;
    onPromise(index);
    return false;
  };
  return values.filter(isThere).map((value) => mediaSource(value, files));
}

export function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/**
 * A picture, a sound or a film as what a message can carry: an address stays, bytes become a file whose name ends as their format
 * asks. A promise only if a file is written.
 */
function mediaSource(value: unknown, files: JobFiles): unknown {
  if (value instanceof URL) return value.href;
  const bytes = asBytes(value);
  return bytes === undefined ? toImageSource(value) : writeMedia(bytes, files);
}

async function writeMedia(bytes: BinarySource, files: JobFiles): Promise<string> {
  if (bytes instanceof Uint8Array)
    return files.writeBinary("preview", bytes, mediaExtension(bytes.subarray(0, headBytes)));
  const chunks = bytes[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let isOver = false;
  for (let size = 0; size < headBytes && !isOver; ) {
    const { done, value } = await chunks.next();
    isOver = done === true;
    if (value !== undefined) {
      head.push(value);
      size += value.length;
    }
  }
  const extension = mediaExtension(joined(head).subarray(0, headBytes));
  return files.writeBinary("preview", all(head, chunks), extension);
}

/** What has been read already, and then the rest; whoever stops early ends the source too. */
async function* all(head: Uint8Array[], chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
