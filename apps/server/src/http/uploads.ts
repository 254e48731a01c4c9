import { createWriteStream, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { finished, Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import busboyModule, { type BusboyFileStream, type BusboyHeaders } from "@fastify/busboy";
import { safeFileName } from "@oomol/connect-core/adapter";
import { releasingFs } from "../files/releasing-fs.ts";
import { Refusal, type RefusalStatus } from "../refusal.ts";
import { isStorageFailure } from "../store/write-health.ts";
import { messageOf } from "../values.ts";
import type { HeldBytes } from "./bytes-in-flight.ts";
import { createContentDigest } from "./content-digest.ts";
import { decodeEncodedWords } from "./decode-encoded-words.ts";
import { fewPartsAtOnce } from "./few-parts-at-once.ts";
import { preferExtendedNames } from "./prefer-extended-names.ts";
import type { BodyLimits } from "./read-json-body.ts";
import { receiveFields } from "./receive-fields.ts";
import { watchIdle } from "./stop-idle.ts";

const { Busboy } = busboyModule;

/** A form as it was received: the fields that are asked for, and its files on disk in the order of their parts. */
export interface ReceivedForm {
  fields: ReadonlyMap<string, Uint8Array>;
  files: ReceivedFile[];
}

export interface ReceivedFile {
  /** Absolute. */
  path: string;
  /** Of the content; the path is not part of it. */
  digest: string;
}

/** A request and its body, which is read as Node reads it if it is given so. */
export interface FormRequest {
  request: Request;
  body?: Readable | undefined;
}

export interface UploadLimits extends BodyLimits {
  uploadLimitBytes: number;
}

/** What waits between two steps of an upload: chunks are written to the disk together. */
const bufferBytes = 256 * 1024;
const maxFiles = 1_000;
const maxFields = 100;
/** Shortened to what file systems take; longer is no name any more. */
const longestNameBytes = 1_024;
const keptNames = ["manifest", "blockId", "inputValues", "fileInputs", "webhook", "uploads"];

/**
 * Streams the `files` parts of a multipart body into `directory`, chunk by chunk, so that memory stays flat. A body that is
 * broken, cut off or too large is a {@link Refusal}, and leaves no directory.
 */
export async function receiveForm(
  form: FormRequest,
  directory: string,
  limits: UploadLimits,
  inFlight: HeldBytes,
): Promise<ReceivedForm> {
  const ending = new AbortController();
  const saved: Promise<ReceivedFile | undefined>[] = [];
  const save = (stream: BusboyFileStream, fileName: string | undefined) => {
    const saving = saveFile(stream, join(directory, String(saved.length)), fileName, ending.signal);
    saved.push(saving);
    return saving;
  };
  try {
    const fields = await receive(form, limits, inFlight, save);
    return { fields, files: (await Promise.all(saved)).filter((file) => file !== undefined) };
  } catch (error) {
    ending.abort();
    await Promise.allSettled(saved); // one that still opens its file would bring the directory back
    await rm(directory, { recursive: true, force: true });
    if (error instanceof Refusal || isStorageFailure(error)) throw error;
    throw new Refusal(400, `The multipart body cannot be read: ${messageOf(error)}.`);
  }
}

async function receive(
  { request, body = webBody(request) }: FormRequest,
  limits: UploadLimits,
  inFlight: HeldBytes,
  save: (stream: BusboyFileStream, fileName: string | undefined) => Promise<unknown>,
): Promise<Map<string, Uint8Array>> {
  const fields = receiveFields({ limitBytes: limits.bodyLimitBytes, maxFields, keptNames }, inFlight);
  // Busboy wants a plain object of headers with this one in it.
  const headers = Object.fromEntries(request.headers) as BusboyHeaders;
  const parser = new Busboy({
    headers,
    highWaterMark: bufferBytes,
    fileHwm: bufferBytes,
    isPartAFile: () => true, // it would gather others as strings
    limits: { headerPairs: 50, parts: maxFiles + maxFields },
  });
  preferExtendedNames(parser);
  const fail = (error: unknown) => void parser.destroy(error as Error); // nothing else is thrown here
  let files = 0;
  // Its types promise a name; a part of `application/octet-stream` is a file without one, too (RFC 7578, 4.2).
  parser.on("file", (name, stream, fileName: string | undefined, _encoding, mediaType) => {
    const refuse = (status: RefusalStatus, message: string) => {
      stream.resume();
      fail(new Refusal(status, message));
    };
    if (fileName === undefined && mediaType !== "application/octet-stream") {
      fields.take(name, stream, fail);
      return;
    }
    files += 1;
    if (files > maxFiles) refuse(413, `A form may hold ${maxFiles} files at most.`);
    else if (name !== "files")
      refuse(400, `The part "${name}" holds a file; files belong in parts named "files".`);
    else if (Buffer.byteLength(fileName ?? "") > longestNameBytes)
      refuse(400, `The name of a file has more than the ${longestNameBytes} bytes allowed.`);
    else save(stream, fileName).catch(fail);
  });
  parser.on("partsLimit", () =>
    fail(new Refusal(413, `A form may hold ${maxFiles} files and ${maxFields} fields at most.`)),
  );

  const watches = [limitSize(body, limits, fail), watchIdle(body, limits.clientIdleMs, fail)];
  try {
    // Cast: Busboy is older than Node's types.
    await pour(body, parser as unknown as Writable);
    return fields.contents();
  } finally {
    for (const stop of watches) stop();
    fields.forget();
  }
}

function webBody({ body }: Request): Readable {
  if (!body) throw new Refusal(400, "The multipart body is empty.");
  // Cast: the DOM's and Node's types of one stream differ in name only.
  return Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}

/** Unlike `pipeline` it leaves the rest of a body that is refused alone: with it the connection would go, and the answer. */
async function pour(body: Readable, parser: Writable): Promise<void> {
  const parsed = new Promise<void>((resolve, reject) => {
    parser.once("finish", resolve);
    parser.on("error", reject); // one may follow another
  });
  const stopWatching = finished(body, { writable: false }, (error) => {
    if (error) parser.destroy(error);
  });
  const parts = fewPartsAtOnce();
  body.pipe(parts).pipe(parser);
  try {
    await parsed;
  } finally {
    stopWatching();
    body.unpipe(parts);
    parts.destroy();
  }
}

/**
 * A directory for each file: the name stays as it was, and two files of one name do not meet. Nothing without a name and
 * content is kept: a page sends that for a field in which nobody has chosen a file.
 */
async function saveFile(
  stream: BusboyFileStream,
  directory: string,
  fileName: string | undefined,
  signal: AbortSignal,
): Promise<ReceivedFile | undefined> {
  // At once: the stream may fail before anyone listens.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, safeFileName(decodeEncodedWords(fileName ?? "")));
  stream.on("error", () => undefined); // of a form that has failed already
  const digest = createContentDigest();
  stream.on("data", (chunk: Buffer) => digest.update(chunk));
  // The chunks are ours: the parser copies what it keeps.
  const file = createWriteStream(path, { flags: "wx", highWaterMark: bufferBytes, fs: releasingFs });
  await pipeline(stream, file, { signal });
  if (file.bytesWritten > 0 || fileName !== "") return { path, digest: digest.end() };
  await rm(directory, { recursive: true });
  return undefined;
}

/** Answers what ends it. */
function limitSize(
  body: Readable,
  { bodyLimitBytes, uploadLimitBytes }: UploadLimits,
  fail: (error: Error) => void,
): () => void {
  let leftBytes = uploadLimitBytes + bodyLimitBytes;
  const count = (chunk: Uint8Array) => {
    leftBytes -= chunk.byteLength;
    if (leftBytes < 0)
      fail(new Refusal(413, `The upload is larger than the ${uploadLimitBytes} bytes allowed.`));
  };
  body.on("data", count);
  return () => body.off("data", count);
}
