import { InvalidInputError } from "./errors/index.ts";
import type { Upload, UploadPart } from "./transport.ts";

/** An upload as one `multipart/form-data` body. */
export interface MultipartBody {
  contentType: string;
  /** Exact length of the whole body; `undefined` where a part's length is not known. */
  contentLengthBytes: number | undefined;
  /** The body from its beginning; opens one file after the other and never holds more than a chunk. */
  open(): ReadableStream<Uint8Array>;
}

/**
 * Encodes fields and files by RFC 7578, names escaped as browsers do (WHATWG HTML, "multipart/form-data encoding
 * algorithm"). A file that is longer or shorter than announced ends the body with an error, so that half a file never
 * counts as sent.
 */
export function encodeMultipart(upload: Upload, boundary = randomBoundary()): MultipartBody {
  const sections = [
    ...upload.fields.map(([name, value]) => ({ head: fieldHead(boundary, name, value), part: undefined })),
    ...upload.parts.map((part) => ({ head: partHead(boundary, part), part })),
  ];
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
    open: () => streamOf(bytesOf(sections, tail)),
  };
}

const encoder = new TextEncoder();
const utf8 = (text: string) => encoder.encode(text);
const lineEnd = utf8("\r\n");

function randomBoundary(): string {
  return `oomol-connect-${crypto.randomUUID()}`;
}

function fieldHead(boundary: string, name: string, value: string): Uint8Array {
  const normalized = value.replace(/\r\n|\r|\n/g, "\r\n");
  return utf8(
    `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n${normalized}`,
  );
}

function partHead(boundary: string, part: UploadPart): Uint8Array {
  const disposition = `form-data; name="${escapeName(part.field)}"; filename="${escapeName(part.name)}"`;
  // A type from outside must not start a header of its own.
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[\x20-\x7e]*)?$/.test(part.type)
    ? part.type
    : "application/octet-stream";
  return utf8(`--${boundary}\r\nContent-Disposition: ${disposition}\r\nContent-Type: ${type}\r\n\r\n`);
}

function escapeName(name: string): string {
  return name.replace(/\r\n|\r|\n/g, "%0D%0A").replaceAll('"', "%22");
}

async function* bytesOf(
  sections: { head: Uint8Array; part: UploadPart | undefined }[],
  tail: Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (const { head, part } of sections) {
    yield head;
    if (part) yield* partBytes(part);
    yield lineEnd;
  }
  yield tail;
}

async function* partBytes(part: UploadPart): AsyncGenerator<Uint8Array> {
  const { name, sizeBytes } = part;
  let readBytes = 0;
  for await (const chunk of await part.open()) {
    readBytes += chunk.byteLength;
    if (sizeBytes !== undefined && readBytes > sizeBytes) break;
    yield chunk;
  }
  if (sizeBytes !== undefined && readBytes !== sizeBytes) {
    const change = readBytes > sizeBytes ? "grew" : `shrank to ${readBytes} bytes`;
    throw new InvalidInputError(
      "files",
      `"${name}" had ${sizeBytes} bytes and ${change} while it was sent. Send it again.`,
    );
  }
}

/** Not `ReadableStream.from`: Safari and older runtimes lack it. */
function streamOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      // Closes the file that is open.
      cancel: async () => void (await chunks.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}
