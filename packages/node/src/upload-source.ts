import { open } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type UploadSource as CoreUploadSource,
  InvalidInputError,
  resolveUploadSource as resolveCoreUploadSource,
  type UploadPart,
} from "@oomol/connect-core";
import mime from "mime";
import { streamFile } from "./file-stream.ts";

/** A file for an upload: a path, a `file:` URL, `{ path, name?, type? }`, or what every runtime has (a Blob, named bytes). */
export type UploadSource = string | URL | NamedPath | CoreUploadSource;

export interface NamedPath {
  path: string | URL;
  /** The name that the server sees. Default: the last part of the path. */
  name?: string;
  /** MIME type. Default: by the name's ending, else `application/octet-stream`. */
  type?: string;
}

/**
 * Turns a file on disk into an upload part that reads it in pieces, and afresh for each attempt.
 *
 * @throws {InvalidInputError} for a file that is not there, may not be read, or is none.
 */
export async function resolveUploadSource(source: UploadSource, index: number): Promise<UploadPart> {
  if (typeof source === "string" || source instanceof URL)
    return filePart({ path: source }, `files[${index}]`);
  if (typeof source === "object" && source !== null && "path" in source)
    return filePart(source, `files[${index}]`);
  return resolveCoreUploadSource(source, index);
}

async function filePart(source: NamedPath, place: string): Promise<UploadPart> {
  const path = toPath(source.path, place);
  const sizeBytes = await readableSize(path, place);
  const name = source.name ?? basename(path);
  return {
    field: "files",
    name,
    type: source.type ?? mime.getType(name) ?? "application/octet-stream",
    sizeBytes,
    isRepeatable: true,
    open: () => openFile(path, place),
  };
}

function toPath(path: string | URL, place: string): string {
  if (typeof path === "string" && path !== "") return path;
  if (path instanceof URL && path.protocol === "file:") return fileURLToPath(path);
  throw new InvalidInputError(
    place,
    `expected a path or a file: URL, got ${path === "" ? "an empty path" : String(path)}.`,
  );
}

async function readableSize(path: string, place: string): Promise<number> {
  const handle = await open(path).catch((failure: unknown) => rejectUnreadable(failure, path, place));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new InvalidInputError(place, `"${path}" is not a file.`);
    return stats.size;
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, place: string): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(path).catch((failure: unknown) => rejectUnreadable(failure, path, place));
  return streamFile(handle);
}

const explanations: Record<string, string> = {
  ENOENT: "does not exist",
  EACCES: "may not be read by this user",
  EPERM: "may not be read by this user",
  EISDIR: "is a directory, not a file",
  ENOTDIR: "does not exist: a part of its path is a file",
};

function rejectUnreadable(failure: unknown, path: string, place: string): never {
  const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
  const reason = explanations[code] ?? (failure instanceof Error ? failure.message : String(failure));
  throw new InvalidInputError(place, `"${path}" ${reason}.`, { cause: failure });
}
