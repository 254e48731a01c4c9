import { lstatSync } from "node:fs";
import { join } from "node:path";
import { entriesIn } from "./entries-in.ts";
import { type FileStamp, fileStamp, isSettled, isUnchanged } from "./file-stamp.ts";
import { wordsFolder } from "./package-words.ts";
import { type InstalledPackage, readPackage, runnableKinds } from "./read-package.ts";

/** Reads a package folder as {@link readPackage} does, which it shares with whoever asks again before it has changed. */
export type PackageReader = (directory: string) => Promise<InstalledPackage | undefined>;

interface Remembered {
  places: readonly { path: string; stamp: FileStamp | undefined }[];
  read: InstalledPackage | undefined;
}

/** A reader that remembers what it has read, and looks each time whether it is still so. */
export function createPackageReader(): PackageReader {
  const remembered = new Map<string, Remembered>();
  return async (directory) => {
    const known = remembered.get(directory);
    if (known?.places.every(({ path, stamp }) => isUnchanged(path, stamp))) return known.read;
    remembered.delete(directory);
    // Before the reading: what changes during it counts as changed.
    const places = listPlaces(directory).map((path) => ({ path, stamp: fileStamp(path) }));
    const lookedAtMs = Date.now();
    const read = await readPackage(directory);
    // What is absent cannot come without changing the folder that would hold it; what a link leads to can.
    const there = places.filter(
      ({ path, stamp }) => stamp !== undefined || path === directory || isLink(path),
    );
    if (there.every(({ stamp }) => isSettled(stamp, lookedAtMs)))
      remembered.set(directory, { places: there, read });
    return read;
  };
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Everything whose stamp changes with the manifests of a package: they themselves and the folders that list them. */
function listPlaces(directory: string): string[] {
  const kinds = runnableKinds.map((kind) => join(directory, kind));
  const folders = kinds.flatMap((kind) => entriesIn(kind).map(({ name }) => join(kind, name)));
  const manifests = [directory, ...folders].flatMap((folder) =>
    entriesIn(folder)
      .filter(({ name }) => /\.oo\.ya?ml$/.test(name))
      .map(({ name }) => join(folder, name)),
  );
  const words = join(directory, wordsFolder);
  const languages = entriesIn(words).map(({ name }) => join(words, name));
  return [directory, ...kinds, ...folders, ...manifests, words, ...languages];
}
