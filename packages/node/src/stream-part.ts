import { ReadStream } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { InvalidInputError, type UploadPart } from "@oomol/connect-core";
import { byteReader, ownMemory } from "./byte-stream.ts";
import type { TypeOf } from "./file-part.ts";
import { gathered } from "./gathered.ts";
import { lend, pieceBytes, release } from "./memory.ts";

type Chunk = Uint8Array | ArrayBuffer | string;

/** A source that gives a file's bytes once: a Node stream, a web stream, or any iterable of chunks; text becomes UTF-8. */
export type ByteStream =
  | Readable
  | ReadStream
  | ReadableStream<Chunk>
  | AsyncIterable<Chunk>
  | Iterable<Chunk>;

/**
 * A stream as a file of unknown length. It can be read only once, so its upload is not retried.
 *
 * @throws {@link InvalidInputError} for a stream without a name, and for one that was already read, at once or when opened.
 */
export function streamPart(
  { data, name = nameOf(data), type }: { data: ByteStream; name?: string; type?: string },
  place: string,
  typeOf: TypeOf,
): UploadPart {
  if (!name) throw new InvalidInputError(place, "a stream has no name of its own: pass { data, name }.");
  requireUnread(data, name, place);
  const open = () => {
    requireUnread(data, name, place);
    return bytesOf(data, name, place);
  };
  return {
    field: "files",
    name,
    type: type ?? typeOf(name),
    sizeBytes: undefined,
    isRepeatable: false,
    open,
  };
}

/** An `fs.ReadStream` knows its path. */
function nameOf(data: ByteStream): string | undefined {
  const path = data instanceof Readable && "path" in data ? data.path : undefined;
  if (typeof path !== "string" && !Buffer.isBuffer(path)) return undefined;
  return basename(String(path));
}

/** Streams and iterators that were opened here: an iterator does not tell, and a Node stream only once it is read. */
const opened = new WeakSet<ByteStream>();

function requireUnread(data: ByteStream, name: string, place: string): void {
  if (!wasRead(data)) return;
  const advice = "It can be read only once: pass a new one, or a path, a FileHandle or a Blob.";
  throw new InvalidInputError(place, `the stream of "${name}" was already read or closed. ${advice}`);
}

function wasRead(data: ByteStream): boolean {
  if (opened.has(data)) return true;
  if (data instanceof Readable) return data.destroyed || Readable.isDisturbed(data);
  // The same to Node, but with other types than the browser's, which these are.
  return data instanceof ReadableStream && (data.locked || Readable.isDisturbed(data as NodeReadableStream));
}

function bytesOf(data: ByteStream, name: string, place: string): ReadableStream<Uint8Array> {
  if (data instanceof ReadableStream) {
    const reader = byteReader(data);
    if (reader) return gathered(ownMemory(reader));
  }
  const chunks = Symbol.asyncIterator in data ? data[Symbol.asyncIterator]() : data[Symbol.iterator]();
  // A source that makes a new iterator each time, such as an array, can be read again.
  if (chunks === data || data instanceof Readable) opened.add(data);
  let first = data instanceof Readable && !data.readableObjectMode ? readLarge(data) : undefined;
  return gathered({
    givesAway: data instanceof Readable || data instanceof ReadableStream,
    async next() {
      const chunk: unknown = first?.();
      first = undefined;
      const { done, value } = chunk ? { done: false, value: chunk } : await chunks.next();
      if (done) return undefined;
      const bytes = toBytes(value);
      if (bytes !== undefined) return isOurs(data, bytes) ? lend(bytes, release) : bytes;
      await chunks.return?.();
      throw new InvalidInputError(place, `"${name}" gave a ${typeof value}, not bytes or text.`);
    },
    async cancel() {
      // Leaving a loop waits for its current chunk; destroying does not.
      if (data instanceof Readable) data.destroy();
      else await chunks.return?.();
    },
  });
}

/**
 * Whether nobody else can have this chunk: a stream of a file allocates each for itself, and gives it to nobody but its reader
 * and to those who listen.
 */
function isOurs(data: ByteStream, chunk: Uint8Array): boolean {
  const isOfFile = data instanceof ReadStream && data.constructor === ReadStream;
  const isWhole = chunk.byteLength === pieceBytes && chunk.buffer.byteLength === pieceBytes;
  return isOfFile && isWhole && data.listenerCount("data") === 0;
}

/**
 * Has a stream read larger chunks: asking for more than it keeps raises its `highWaterMark`, which for a file is the length
 * of a read. Gives the first chunk, if one is there already.
 */
function readLarge(data: Readable): () => unknown {
  return () => data.read(pieceBytes);
}

function toBytes(chunk: unknown): Uint8Array | undefined {
  if (typeof chunk === "string") return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  return undefined;
}
