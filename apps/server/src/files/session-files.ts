import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** A file that a session made. */
export interface SessionFile {
  /** Beneath the session's directory, with slashes. */
  path: string;
  /** Absolute; where it can be read now. */
  source: string;
}

/**
 * Every file beneath the directory of a session. A link to a file of the same session counts as that file; any other link, and
 * pipes and sockets, are passed over: elsewhere they would lead to something else.
 */
export async function listSessionFiles(directory: string): Promise<SessionFile[]> {
  // It exists only if a block has asked for a folder.
  const root = await realpath(directory).catch(() => undefined);
  if (root === undefined) return [];
  const list = async (folder: string): Promise<SessionFile[]> => {
    // One folder at a time: a recursive `readdir` goes through links, to wherever they lead.
    const entries = await readdir(folder, { withFileTypes: true });
    const found = entries.map(async (entry) => {
      const place = join(folder, entry.name);
      if (entry.isDirectory()) return list(place);
      const path = relative(root, place).split(sep).join("/");
      if (entry.isFile()) return [{ path, source: place }];
      const source = entry.isSymbolicLink() ? await realpath(place).catch(() => undefined) : undefined;
      const isOwn = source?.startsWith(root + sep) && (await stat(source)).isFile();
      return source !== undefined && isOwn ? [{ path, source }] : [];
    });
    return (await Promise.all(found)).flat();
  };
  return list(root);
}
