import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder of {@link linkPackages}. */
export interface LinkRoot {
  path(): Promise<string>;
  remove(): Promise<void>;
}

/** In the data directory, unless that has a comma, at which the engine would split it (oocana-protocol 10, 7.3). */
export function createLinkRoot(dataDirectory: string): LinkRoot {
  const own = join(dataDirectory, "package-links");
  /** Where the other folder is: a server that was killed has left it. */
  const note = join(dataDirectory, "package-links-elsewhere");
  let elsewhere: Promise<string> | undefined;
  return {
    path() {
      if (!own.includes(",")) return Promise.resolve(own);
      elsewhere ??= findOrMake(note);
      return elsewhere;
    },
    async remove() {
      await elsewhere?.catch(() => undefined);
      const path = await noted(note);
      if (path === undefined) return;
      await rm(path, { recursive: true, force: true });
      await rm(note, { force: true });
    },
  };
}

const prefix = join(tmpdir(), "oomol-connect-links-");

async function findOrMake(note: string): Promise<string> {
  const known = await noted(note);
  const isThere = known !== undefined && (await stat(known).catch(() => undefined))?.isDirectory();
  if (known !== undefined && isThere) return known;
  const made = await mkdtemp(prefix);
  await writeFile(note, made, { mode: 0o600 });
  return made;
}

async function noted(note: string): Promise<string | undefined> {
  const path = await readFile(note, "utf8").catch(() => undefined);
  return path?.startsWith(prefix) ? path : undefined;
}
