import { realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { entriesIn } from "./entries-in.ts";
import { type FileStamp, fileStamp, isSettled, isUnchanged } from "./file-stamp.ts";

/**
 * Answers what tells one state of a package folder from the next: names, sizes and times of its files, those of linked folders
 * too. Of installed modules only the lists of them count, except those that are linked from a workspace. `undefined` if the
 * folder is too large to look at before each task.
 */
export type PackageStamps = (directory: string) => Promise<string | undefined>;

/** More files than that are no package that anyone edits; such a one counts as changed each time. */
const maxFiles = 5_000;

/** So many files are looked at without a pause: a millisecond or two. */
const filesAtOnce = 500;

const moduleLists = [".modules.yaml", ".package-lock.json", ".yarn-state.yml"];

interface Place {
  path: string;
  stamp: FileStamp | undefined;
  /** It is listed, and its own time counts only for that: Python writes a folder into it when it runs a block. */
  isFolder: boolean;
}

/** Lists a folder again only if it, or one below it, has changed. */
export function createPackageStamps(): PackageStamps {
  const known = new Map<string, { places: readonly Place[]; text: string }>();
  return async (directory) => {
    const last = known.get(directory);
    if (last && (await areUnchanged(last.places))) return last.text;
    known.delete(directory);
    const lookedAtMs = Date.now();
    const places = await look(directory);
    if (places === undefined) return undefined;
    const lines = places.flatMap(({ path, stamp, isFolder }) => (isFolder ? [] : `${path}:${textOf(stamp)}`));
    const text = lines.sort().join("\n");
    if (places.every(({ stamp }) => isSettled(stamp, lookedAtMs))) known.set(directory, { places, text });
    return text;
  };
}

async function areUnchanged(places: readonly Place[]): Promise<boolean> {
  for (const [index, { path, stamp }] of places.entries()) {
    if (!isUnchanged(path, stamp)) return false;
    if ((index + 1) % filesAtOnce === 0) await setImmediate();
  }
  return true;
}

/** Undefined if there are too many. */
async function look(directory: string): Promise<Place[] | undefined> {
  const places: Place[] = [];
  const add = (path: string, isFolder: boolean) => places.push({ path, stamp: fileStamp(path), isFolder });
  const folders = new Set([directory]);
  for (const folder of folders) {
    // Before it is listed: what is added meanwhile counts as a change.
    add(folder, true);
    for (const entry of entriesIn(folder)) {
      if (entry.name === "__pycache__") continue; // Python writes there when it runs a block
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !isOpaque(entry.name)) {
        folders.add(path);
        continue;
      }
      const linked = entry.isSymbolicLink() ? linkedFolder(path) : undefined;
      if (linked !== undefined) folders.add(linked);
      if (entry.name === "node_modules") for (const module of linkedModules(path)) folders.add(module);
      add(path, false);
      if (places.length >= maxFiles) return undefined;
      if (places.length % filesAtOnce === 0) await setImmediate();
    }
  }
  // A package manager rewrites its list in there. If there is none, the package's own folder tells when there is.
  const modules = join(directory, "node_modules");
  if (places.some(({ path }) => path === modules)) {
    for (const list of moduleLists) add(join(modules, list), false);
  }
  return places;
}

/** The folder that a link leads to, unless it is one of installed modules. */
function linkedFolder(path: string): string | undefined {
  try {
    const target = realpathSync(path);
    return statSync(target).isDirectory() && !target.split(sep).includes("node_modules") ? target : undefined;
  } catch {
    return undefined; // it leads nowhere
  }
}

/** Modules that are edited beside the package, as those of a workspace are, those with a scope too. */
function linkedModules(modules: string): string[] {
  return entriesIn(modules).flatMap((entry) => {
    const path = join(modules, entry.name);
    if (entry.isSymbolicLink()) return linkedFolder(path) ?? [];
    return entry.isDirectory() && entry.name.startsWith("@") ? linkedModules(path) : [];
  });
}

function textOf(stamp: FileStamp | undefined): string {
  return stamp ? `${stamp.ino}:${stamp.size}:${stamp.mtimeMs}:${stamp.ctimeMs}` : "";
}

/** Its own time changes with what is added to it or taken away. */
function isOpaque(name: string): boolean {
  return name === "node_modules" || name === ".git";
}
