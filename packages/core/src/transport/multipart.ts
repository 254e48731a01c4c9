import { InvalidInputError } from "../errors/index.ts";
import type { Upload, UploadPart } from "./transport.ts";

/** An upload as one `multipart/form-data` body. */
export interface MultipartBody {
  contentType: string;
  /** Exact length of the whole body; `undefined` if a part's length is not known. */
  contentLengthBytes: number | undefined;
  /**
   * The body from its beginning; opens one file after the other and never holds more than a chunk. Cancelling it closes
   * the open file, even while it waits for bytes.
   */
  open(): ReadableStream<Uint8Array>;
  /** The same body as one `Blob` that refers to the files' bytes, if each part has its own. */
  toBlob(): Blob | undefined;
}

/**
 * Encodes fields and files by RFC 7578, names escaped as browsers do (WHATWG HTML, "multipart/form-data encoding
 * algorithm"). A file that is longer or shorter than announced, or cannot be read to its end, ends the body with an
 * `InvalidInputError`, so that half a file never counts as sent.
 */
export function encodeMultipart(upload: Upload, boundary = randomBoundary()): MultipartBody {
  const sections = sectionsOf(upload, boundary);
  const tail = utf8(`--${boundary}--\r\n`);
  let contentLengthBytes: number | undefined = tail.length;
  for (const { head, part } of sections) {
    const partBytes = part ? part.sizeBytes : 0;
    if (contentLengthBytes === undefined || partBytes === undefined) contentLengthBytes = undefined;
    else contentLengthBytes += head.length + partBytes + lineEnd.length;
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLengthBytes,
    open: () => streamOf(sections, tail),
    toBlob: () => blobOf(sections, tail),
  };
}

/**
 * The same for a form that is passed on: `parts` yields its files one after the other, so its length is not
 * known, and each file is read to its end before the next is requested.
 */
export function encodePassingMultipart(
  fields: Upload["fields"],
  parts: AsyncIterable<UploadPart>,
  boundary = randomBoundary(),
): Pick<MultipartBody, "contentType" | "open"> {
  const tail = utf8(`--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    open: () => streamOf(passingSections(fields, parts, boundary), tail),
  };
}

async function* passingSections(
  fields: Upload["fields"],
  parts: AsyncIterable<UploadPart>,
  boundary: string,
): AsyncGenerator<Section> {
  yield* sectionsOf({ fields, parts: [] }, boundary);
  let index = 0;
  for await (const part of parts) yield { head: partHead(boundary, part), part, index: index++ };
}

/** The bytes of the body before each file's own: its head, and the end of the previous one. */
export function envelopeBytes(upload: Upload): number[] {
  const lengths: number[] = [];
  let sinceFile = 0;
  for (const { head, part } of sectionsOf(upload, randomBoundary())) {
    sinceFile += head.length;
    if (part) lengths.push(sinceFile);
    sinceFile = part ? lineEnd.length : sinceFile + lineEnd.length;
  }
  return lengths;
}

interface Section {
  head: Uint8Array<ArrayBuffer>;
  part: UploadPart | undefined;
  /** The part's position among the files. */
  index: number;
}

type Sections = Iterable<Section> | AsyncIterable<Section>;

const encoder = new TextEncoder();
const utf8 = (text: string) => encoder.encode(text);
const lineEnd = utf8("\r\n");

function randomBoundary(): string {
  return `oomol-connect-${crypto.randomUUID()}`;
}

function sectionsOf({ fields, parts }: Upload, boundary: string): Section[] {
  return [
    ...fields.map(([name, value]) => ({
      head: fieldHead(boundary, name, value),
      part: undefined,
      index: -1,
    })),
    ...parts.map((part, index) => ({ head: partHead(boundary, part), part, index })),
  ];
}

function fieldHead(boundary: string, name: string, value: string): Uint8Array<ArrayBuffer> {
  const normalized = value.replace(/\r\n|\r|\n/g, "\r\n");
  return utf8(
    `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n${normalized}`,
  );
}

function partHead(boundary: string, part: UploadPart): Uint8Array<ArrayBuffer> {
  const disposition = `form-data; name="${escapeName(part.field)}"; filename="${escapeName(part.name)}"`;
  // A type from outside must not begin a header of its own.
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[\x20-\x7e]*)?$/.test(part.type)
    ? part.type
    : "application/octet-stream";
  return utf8(`--${boundary}\r\nContent-Disposition: ${disposition}\r\nContent-Type: ${type}\r\n\r\n`);
}

function escapeName(name: string): string {
  return name.replace(/\r\n|\r|\n/g, "%0D%0A").replaceAll('"', "%22");
}

/** Not `ReadableStream.from`: Safari and older runtimes lack it. */
function streamOf(sections: Sections, tail: Uint8Array): ReadableStream<Uint8Array> {
  const open: OpenFile = { reader: undefined };
  const chunks = bytesOf(sections, tail, open);
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

interface OpenFile {
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

async function* bytesOf(
  sections: Sections,
  tail: Uint8Array,
  open: OpenFile,
): AsyncGenerator<Uint8Array, undefined> {
  for await (const { head, part, index } of sections) {
    yield head;
    if (part) yield* partBytes(part, `files[${index}]`, open);
    yield lineEnd;
  }
  yield tail;
}

async function* partBytes(part: UploadPart, place: string, open: OpenFile): AsyncGenerator<Uint8Array> {
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
    const change = readBytes > sizeBytes ? "grew" : `shrank to ${readBytes} bytes`;
    throw new InvalidInputError(
      place,
      `"${name}" had ${sizeBytes} bytes and ${change} while it was sent. Send it again.`,
    );
  }
}

/** A failure while a file is opened or read is the file's fault, not the connection's. */
async function blamingFile<Value>(
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

function blobOf(sections: Section[], tail: Uint8Array<ArrayBuffer>): Blob | undefined {
  const pieces: (Uint8Array<ArrayBuffer> | Blob)[] = [];
  for (const { head, part } of sections) {
    pieces.push(head);
    if (part && !part.blob) return undefined;
    if (part?.blob) pieces.push(part.blob);
    pieces.push(lineEnd);
  }
  return new Blob([...pieces, tail]);
}
