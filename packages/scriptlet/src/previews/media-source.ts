import { joinBytes } from "@oomol/connect-shared/join-bytes";
import { asBytes } from "../values/as-bytes.ts";
import type { BinarySource, JobFiles } from "../values/value-stores.ts";
import { headBytes, mediaExtension } from "./media-extension.ts";
import { nameOf } from "./name-of.ts";
import { toImageSource } from "./plot.ts";

export interface MediaOptions {
  type: "image" | "video" | "audio";
  /** Hears what is wrong with one of them. */
  warn(index: number, reason: string): void;
}

/**
 * The sources of pictures, sounds or films, each as a message can carry it. What is not there yet is left out, and named.
 *
 * @throws `TypeError` for a value that is neither an address nor bytes.
 */
export function mediaSources(
  values: readonly unknown[],
  files: JobFiles,
  { type, warn }: MediaOptions,
): unknown[] {
  return values.flatMap((value, index) => {
    if (isPromise(value)) {
      warn(index, "it is a promise; await it first");
      return [];
    }
    const onUnknown = () =>
      warn(index, "its bytes begin like no picture that browsers know; encode it first, as PNG for instance");
    return [mediaSource(value, files, type, type === "image" ? onUnknown : () => undefined)];
  });
}

export function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/**
 * A picture, a sound or a film as what a message can carry: an address stays, bytes become a file whose name ends as their format
 * asks. A promise only if a file is written.
 */
function mediaSource(value: unknown, files: JobFiles, type: string, onUnknown: () => void): unknown {
  if (value instanceof URL) return value.href;
  const bytes = asBytes(value);
  if (bytes !== undefined) return writeMedia(bytes, files, onUnknown);
  const source = toImageSource(value);
  if (typeof source === "string") return source;
  throw new TypeError(
    `preview() of ${type} needs a URL, a path, base64 or bytes as its data, not ${nameOf(value)}.`,
  );
}

async function writeMedia(bytes: BinarySource, files: JobFiles, onUnknown: () => void): Promise<string> {
  const write = (head: Uint8Array, all: BinarySource) => {
    const extension = mediaExtension(head.subarray(0, headBytes));
    if (extension === "") onUnknown();
    return files.writeBinary("preview", all, extension);
  };
  if (bytes instanceof Uint8Array) return write(bytes, bytes);
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
  return write(joinBytes(head), all(head, chunks));
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
