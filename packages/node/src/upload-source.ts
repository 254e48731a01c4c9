import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import {
  type NamedData as CoreNamedData,
  type UploadSource as CoreUploadSource,
  InvalidInputError,
  type UploadPart,
} from "@oomol/connect-core";
import { resolveUploadSource as resolveCoreUploadSource } from "@oomol/connect-core/adapter";
import mime from "mime";
import { streamBlob } from "./blob-stream.ts";
import { handlePart, pathPart } from "./file-part.ts";
import { type ByteStream, streamPart } from "./stream-part.ts";

/**
 * A file for an upload: a path, a `file:` URL, `{ path, name?, type? }`, a `File` or `Blob`, an `fs.ReadStream`, or
 * `{ data, name, type? }` with bytes, text, a `FileHandle`, any stream, or an iterable of chunks.
 */
export type UploadSource = string | URL | NamedPath | NamedData | ByteStream | CoreUploadSource;

/** A file on disk, with another name or type than its own. */
export interface NamedPath {
  path: string | URL;
  /** The name that the server sees. Default: the last part of the path. */
  name?: string;
  /** MIME type. Default: by the name's ending, else `application/octet-stream`. */
  type?: string;
}

/** Bytes, text or a stream, with a name. */
export interface NamedData {
  data: CoreNamedData["data"] | FileHandle | ByteStream;
  /** The name that the server sees. Optional if `data` has one: a `File`, an `fs.ReadStream`. */
  name?: string;
  /** MIME type. Default: that of `data`, else by the name's ending, else `application/octet-stream`. */
  type?: string;
}

const accepted =
  "a path, a file: URL, a File, a Blob, an fs.ReadStream, { path, name?, type? }, or { data, name, type? } with " +
  "a Buffer, an ArrayBuffer, a typed array, a string, a Blob, a FileHandle, a Node or web stream, or an iterable of chunks";

/**
 * Turns a caller's file source into an upload part. Files and handles are read in pieces, and again for each
 * attempt; a stream can be read only once.
 *
 * @throws {@link InvalidInputError} for a file that does not exist, is not readable, or is not a file, and for anything but an
 * {@link UploadSource}, naming what is accepted.
 */
export async function resolveUploadSource(source: UploadSource, place: string): Promise<UploadPart> {
  if (typeof source === "string" || source instanceof URL) return pathPart({ path: source }, place, typeOf);
  if (typeof source !== "object" || source === null) throw unacceptable(place, source);
  if (isByteStream(source)) return streamPart({ data: source }, place, typeOf);
  if (source instanceof Blob) return readAhead(resolveCoreUploadSource(source, place));
  if ("path" in source) return pathPart(source, place, typeOf);
  if (!("data" in source)) throw unacceptable(place, source);
  const { data } = source;
  if (isFileHandle(data)) return handlePart({ ...source, data }, place, typeOf);
  if (isByteStream(data)) return streamPart({ ...source, data }, place, typeOf);
  if (!isCoreData(data)) throw unacceptable(`${place}.data`, data);
  const type = source.type ?? (data instanceof Blob && data.type ? data.type : typeOf(source.name ?? ""));
  return readAhead(resolveCoreUploadSource({ ...source, data, type }, place));
}

function readAhead(part: UploadPart): UploadPart {
  const { blob } = part;
  // Bun is faster by itself.
  if (!blob || process.versions.bun !== undefined) return part;
  return { ...part, open: () => streamBlob(blob), openRange: (from, to) => streamBlob(blob.slice(from, to)) };
}

function typeOf(name: string): string {
  // The library takes a name without a dot for an ending.
  return (name.includes(".") ? mime.getType(name) : null) ?? "application/octet-stream";
}

function isByteStream(source: unknown): source is ByteStream {
  if (typeof source !== "object" || source === null || ArrayBuffer.isView(source)) return false;
  // A FileHandle and a Blob have streams, but are not streams.
  return source instanceof Readable || Symbol.asyncIterator in source || Symbol.iterator in source;
}

function isFileHandle(data: unknown): data is FileHandle {
  return typeof data === "object" && data !== null && "fd" in data && "stat" in data && "read" in data;
}

function isCoreData(data: unknown): data is CoreNamedData["data"] {
  return (
    typeof data === "string" ||
    data instanceof Blob ||
    data instanceof ArrayBuffer ||
    ArrayBuffer.isView(data)
  );
}

function unacceptable(place: string, source: unknown): InvalidInputError {
  const kind = Object.prototype.toString.call(source).slice(8, -1);
  const needsName = ArrayBuffer.isView(source) || source instanceof ArrayBuffer || isFileHandle(source);
  const hint = needsName ? " It has no name of its own: pass { data, name }." : "";
  return new InvalidInputError(place, `expected ${accepted}; got ${kind}.${hint}`);
}
