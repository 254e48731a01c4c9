import { InvalidInputError } from "../errors/index.ts";
import type { UploadPart } from "./transport.ts";

/** The file of a body that is being read. */
export interface OpenFile {
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/** A body whose chunks a generator makes. Not `ReadableStream.from`: Safari and older runtimes lack it. */
export function bodyOf(
  chunksOf: (open: OpenFile) => AsyncGenerator<Uint8Array, undefined>,
): ReadableStream<Uint8Array> {
  const open: OpenFile = { reader: undefined };
  const chunks = chunksOf(open);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        // First the file: the generator may be waiting for its bytes, and cannot be left before they come.
        await open.reader?.cancel(reason).catch(() => undefined);
        await chunks.return(undefined).catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * The bytes of a file. One that is longer or shorter than announced, or cannot be read to its end, ends with an
 * `InvalidInputError`. `offset` is where the part begins in its file.
 */
export async function* partBytes(
  part: UploadPart,
  place: string,
  open: OpenFile,
  offset = 0,
): AsyncGenerator<Uint8Array, undefined> {
  const { name, sizeBytes } = part;
  const reader = (await blamingFile(part, place, async () => part.open())).getReader();
  open.reader = reader;
  let readBytes = 0;
  let isAtEnd = false;
  try {
    for (;;) {
      const { done, value } = await blamingFile(part, place, () => reader.read());
      isAtEnd = done;
      if (done) break;
      readBytes += value.byteLength;
      if (sizeBytes !== undefined && readBytes > sizeBytes) break;
      yield value;
    }
  } finally {
    open.reader = undefined;
    if (!isAtEnd) await reader.cancel().catch(() => undefined);
  }
  if (sizeBytes !== undefined && readBytes !== sizeBytes) {
    const change = readBytes > sizeBytes ? "grew" : `shrank to ${offset + readBytes} bytes`;
    throw new InvalidInputError(
      place,
      `"${name}" had ${offset + sizeBytes} bytes and ${change} while it was sent. Send it again.`,
    );
  }
}

/** A failure while a file is opened or read is the file's fault, not the connection's. */
export async function blamingFile<Value>(
  part: UploadPart,
  place: string,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (failure) {
    if (failure instanceof InvalidInputError) throw failure;
    const reason = failure instanceof Error ? failure.message : String(failure);
    throw new InvalidInputError(place, `"${part.name}" could not be read: ${reason}`, { cause: failure });
  }
}
