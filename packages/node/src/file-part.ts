import type { Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidInputError, type UploadPart } from "@oomol/connect-core";
import { streamFile } from "./file-stream.ts";

/** Guesses a MIME type by a file's name. */
export type TypeOf = (name: string) => string;

interface Named {
  name?: string;
  type?: string;
}

/** A file on disk, opened only while it is read. */
export async function pathPart(
  source: Named & { path: string | URL },
  place: string,
  typeOf: TypeOf,
): Promise<UploadPart> {
  const path = toPath(source.path, place);
  const handle = await openReadable(path, place);
  try {
    const stats = await statOf(handle, `"${path}"`, place);
    return filePart(source.name ?? basename(path), source.type, typeOf, stats, {
      open: async () => streamFile(await openReadable(path, place), { closes: true }),
      async openRange(from, to) {
        const again = await openReadable(path, place);
        try {
          await requireUnchanged(again, stats, `"${path}"`, place);
          return streamFile(again, { closes: true, from, to });
        } catch (failure) {
          await again.close();
          throw failure;
        }
      },
    });
  } finally {
    await handle.close();
  }
}

/** A file that the caller opened, and closes. */
export async function handlePart(
  source: Named & { data: FileHandle },
  place: string,
  typeOf: TypeOf,
): Promise<UploadPart> {
  const { data: handle, name, type } = source;
  if (!name)
    throw new InvalidInputError(`${place}.name`, "a FileHandle does not know its file's name; pass one.");
  if (handle.fd < 0) throw new InvalidInputError(`${place}.data`, "the FileHandle is closed.");
  const what = "the file of the FileHandle";
  const stats = await statOf(handle, what, `${place}.data`);
  return filePart(name, type, typeOf, stats, {
    open: () => streamFile(handle, { closes: false }),
    async openRange(from, to) {
      await requireUnchanged(handle, stats, what, place);
      return streamFile(handle, { closes: false, from, to });
    },
  });
}

function filePart(
  name: string,
  type: string | undefined,
  typeOf: TypeOf,
  { size, mtimeMs }: Stats,
  file: Pick<UploadPart, "open" | "openRange">,
): UploadPart {
  const known = { sizeBytes: size, lastModifiedMs: mtimeMs, isRepeatable: true };
  return { field: "files", name, type: type ?? typeOf(name), ...known, ...file };
}

/** What is left of a file must be of the file whose beginning was sent. */
async function requireUnchanged(handle: FileHandle, then: Stats, what: string, place: string): Promise<void> {
  const { size, mtimeMs } = await handle.stat();
  if (size === then.size && mtimeMs === then.mtimeMs) return;
  throw new InvalidInputError(place, `${what} was changed while it was sent. Send it again.`);
}

function toPath(path: string | URL, place: string): string {
  if (typeof path === "string" && path !== "") return path;
  if (path instanceof URL && path.protocol === "file:") return fileURLToPath(path);
  const seen =
    path === "" ? "an empty path" : path instanceof URL ? `a URL with ${path.protocol}` : typeof path;
  throw new InvalidInputError(place, `expected a path or a file: URL, got ${seen}.`);
}

async function statOf(handle: FileHandle, what: string, place: string): Promise<Stats> {
  const stats = await handle.stat();
  if (stats.isFile()) return stats;
  throw new InvalidInputError(place, `${what} is ${stats.isDirectory() ? "a directory, " : ""}not a file.`);
}

function openReadable(path: string, place: string): Promise<FileHandle> {
  return open(path).catch((failure: unknown) => {
    const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
    const reason = explanations[code] ?? (failure instanceof Error ? failure.message : String(failure));
    throw new InvalidInputError(place, `"${path}" ${reason}.`, { cause: failure });
  });
}

const explanations: Record<string, string> = {
  ENOENT: "does not exist",
  EACCES: "may not be read by this user",
  EPERM: "may not be read by this user",
  EISDIR: "is a directory, not a file",
  ENOTDIR: "does not exist: a part of its path is a file",
  EMFILE: "could not be opened: this process has too many files open",
};
