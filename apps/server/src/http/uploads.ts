import { createWriteStream, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import busboyModule, { type BusboyFileStream, type BusboyHeaders } from "@fastify/busboy";
import { safeFileName } from "@oomol/connect-core/adapter";
import { Refusal } from "../refusal.ts";
import { isStorageFailure } from "../store/write-health.ts";
import { messageOf } from "../values.ts";
import type { RequestBytes } from "./bytes-in-flight.ts";
import type { BodyLimits } from "./read-json-body.ts";
import { stopIdle } from "./stop-idle.ts";

const { Busboy } = busboyModule;

/** A form as it was received: the fields that are asked for, and its files on disk in the order of their parts. */
export interface ReceivedForm {
  fields: ReadonlyMap<string, string>;
  /** Absolute paths. */
  files: string[];
}

export interface UploadLimits extends BodyLimits {
  uploadLimitBytes: number;
}

const maxFiles = 1_000;
const maxFields = 100;
/** Shortened to what file systems take; longer is no name any more. */
const longestNameBytes = 1_024;
/** Others are taken, and forgotten. */
const keptFields = ["manifest", "blockId", "inputValues"];

/**
 * Streams the `files` parts of a multipart body into `directory`, chunk by chunk, so that memory stays flat. A body that is
 * broken, cut off or too large is a {@link Refusal}, and leaves no directory.
 */
export async function receiveForm(
  request: Request,
  directory: string,
  limits: UploadLimits,
  inFlight: RequestBytes,
): Promise<ReceivedForm> {
  const ending = new AbortController();
  const saved: Promise<string>[] = [];
  const save = (stream: BusboyFileStream, fileName: string) => {
    const saving = saveFile(stream, join(directory, String(saved.length)), fileName, ending.signal);
    saved.push(saving);
    return saving;
  };
  try {
    return { fields: await receive(request, limits, inFlight, save), files: await Promise.all(saved) };
  } catch (error) {
    ending.abort();
    await Promise.allSettled(saved); // one that still opens its file would bring the directory back
    await rm(directory, { recursive: true, force: true });
    if (error instanceof Refusal || isStorageFailure(error)) throw error;
    throw new Refusal(400, `The multipart body cannot be read: ${messageOf(error)}.`);
  }
}

async function receive(
  request: Request,
  limits: UploadLimits,
  inFlight: RequestBytes,
  save: (stream: BusboyFileStream, fileName: string) => Promise<string>,
): Promise<Map<string, string>> {
  if (!request.body) throw new Refusal(400, "The multipart body is empty.");
  const fields = new Map<string, string>();
  let fieldsBytes = 0;
  // Busboy wants a plain object of headers with this one in it.
  const headers = Object.fromEntries(request.headers) as BusboyHeaders;
  const parser = new Busboy({
    headers,
    limits: {
      fieldSize: limits.bodyLimitBytes,
      files: maxFiles,
      fields: maxFields,
      fieldNameSize: 200,
      headerPairs: 50,
      parts: maxFiles + maxFields,
    },
  });
  const fail = (error: Error) => void parser.destroy(error);

  parser.on("field", (name, value, _isNameCut, isValueCut) => {
    fieldsBytes += Buffer.byteLength(value);
    if (isValueCut || fieldsBytes > limits.bodyLimitBytes)
      fail(new Refusal(413, `The form's fields are larger than the ${limits.bodyLimitBytes} bytes allowed.`));
    else if (keptFields.includes(name)) fields.set(name, value);
    try {
      inFlight.add(Buffer.byteLength(value));
    } catch (error) {
      fail(error as Refusal); // it throws nothing else
    }
  });
  parser.on("file", (name, stream, fileName) => {
    if (name !== "files") {
      stream.resume();
      fail(new Refusal(400, `The part "${name}" holds a file; files belong in parts named "files".`));
      return;
    }
    if (Buffer.byteLength(fileName) > longestNameBytes) {
      stream.resume();
      fail(new Refusal(400, `The name of a file has more than the ${longestNameBytes} bytes allowed.`));
      return;
    }
    save(stream, fileName).catch(fail);
  });
  for (const limit of ["filesLimit", "fieldsLimit", "partsLimit"] as const) {
    parser.on(limit, () =>
      fail(new Refusal(413, `A form may hold ${maxFiles} files and ${maxFields} fields at most.`)),
    );
  }

  // Casts: the DOM's and Node's types of one stream differ in name only, and Busboy is older than Node's types.
  const body = Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]);
  const coming = stopIdle(body, limits.clientIdleMs);
  await pipeline(coming, limitSize(limits), parser as unknown as Transform);
  return fields;
}

/** A directory for each file: the name stays as it was, and two files of one name do not meet. */
async function saveFile(
  stream: BusboyFileStream,
  directory: string,
  fileName: string,
  signal: AbortSignal,
): Promise<string> {
  // At once: the stream may fail before anyone listens.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, safeFileName(fileName ?? ""));
  await pipeline(stream, createWriteStream(path, { flags: "wx" }), { signal });
  return path;
}

function limitSize({ bodyLimitBytes, uploadLimitBytes }: UploadLimits) {
  const limitBytes = uploadLimitBytes + bodyLimitBytes;
  return async function* count(chunks: AsyncIterable<Uint8Array>) {
    let sizeBytes = 0;
    for await (const chunk of chunks) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limitBytes)
        throw new Refusal(413, `The upload is larger than the ${uploadLimitBytes} bytes allowed.`);
      yield chunk;
    }
  };
}
