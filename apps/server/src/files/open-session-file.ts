import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { Readable } from "node:stream";
import type { OpenedFile } from "./file-store.ts";

/**
 * Opens what the still encoded `path` of a URL names beneath `directory`; `undefined` for everything else, be it missing,
 * no regular file, or outside by dots, separators or symbolic links.
 */
export async function openSessionFile(directory: string, path: string): Promise<OpenedFile | undefined> {
  const segments = decodeSegments(path);
  if (!segments) return undefined;
  const file = join(directory, ...segments);
  // Without waiting for a writer, should it be a pipe.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (!handle) return undefined;
  const opened = await inspect(handle, file, directory).catch(() => undefined);
  if (!opened) await handle.close();
  return opened;
}

/** The segments of a path that leads nowhere but down; `undefined` for any other. */
export function decodeSegments(path: string): string[] | undefined {
  try {
    const segments = path.split("/").map(decodeURIComponent);
    return segments.every(isFileName) ? segments : undefined;
  } catch {
    return undefined;
  }
}

function isFileName(segment: string): boolean {
  if (segment === "" || segment === "." || segment === "..") return false;
  // On Windows a backslash separates, and a colon is a drive or an alternate stream; elsewhere names may have them.
  return !(process.platform === "win32" ? /[/\\:\0]/ : /[/\0]/).test(segment);
}

/** Judges the file that is open, not the name: a name may lead elsewhere a moment later. */
async function inspect(handle: FileHandle, file: string, directory: string): Promise<OpenedFile | undefined> {
  const [found, resolved, root] = await Promise.all([
    handle.stat({ bigint: true }),
    realpath(file),
    realpath(directory),
  ]);
  if (!found.isFile() || !resolved.startsWith(root + sep)) return undefined;
  const named = await stat(resolved, { bigint: true });
  if (named.ino !== found.ino || named.dev !== found.dev) return undefined;
  const { size, mtimeNs, ino } = found;
  return {
    // Cast: the DOM's and Node's types of one stream differ in name only. The stream closes the file.
    read: async (start, end) =>
      Readable.toWeb(handle.createReadStream({ start, end })) as ReadableStream<Uint8Array>,
    close: () => handle.close(),
    sizeBytes: Number(size),
    etag: `"${[size, mtimeNs, ino].map((part) => part.toString(36)).join("-")}"`,
    modifiedAt: found.mtime,
  };
}
