import { bodyOf, type OpenFile, partBytes } from "./part-bytes.ts";
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
    open: () => bodyOf((open) => bytesOf(sections, tail, open)),
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
    open: () => bodyOf((open) => bytesOf(passingSections(fields, parts, boundary), tail, open)),
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

async function* bytesOf(
  sections: Sections,
  tail: Uint8Array,
  open: OpenFile,
): AsyncGenerator<Uint8Array, undefined> {
  for await (const { head, part, index } of sections) {
    yield head;
    if (part) yield* partBytes(part, part.place ?? `files[${index}]`, open);
    yield lineEnd;
  }
  yield tail;
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
