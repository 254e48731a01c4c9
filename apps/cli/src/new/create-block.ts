import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../exit-codes.ts";
import { blockFiles, packageFiles } from "./block-files.ts";
import { findPackage } from "./find-package.ts";
import { findScriptlet } from "./find-scriptlet.ts";

export interface CreateBlockOptions {
  /** The parent of a new package, or a folder in an existing one. */
  directory: string;
  name: string;
  /** What the package asks for as `@oomol/scriptlet`, in npm's words; found out by default. */
  scriptlet?: string | undefined;
}

export interface CreatedBlock {
  /** The folder of the block's package. */
  directory: string;
  /** `PACKAGE::BLOCK` */
  blockId: string;
  files: string[];
  isNewPackage: boolean;
  /** Where `@oomol/scriptlet` comes from, if it is not the registry. */
  note?: string | undefined;
}

/**
 * Writes a working block with a passing test: into the package that `directory` is in, otherwise into a package of its own.
 * It never changes existing files.
 *
 * @throws {@link UsageError} for a name that no block may have, and for files that exist already; then nothing is written.
 */
export async function createBlock({ directory, name, scriptlet }: CreateBlockOptions): Promise<CreatedBlock> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError(
      `"${name}": a block's name has lower-case words, separated by hyphens, such as text-to-audio.`,
    );
  }
  const found = await findPackage(resolve(directory));
  if (found) {
    const files = await writeNewFiles(found.directory, blockFiles(name));
    return { ...found, blockId: `${found.name}::${name}`, files, isNewPackage: false };
  }
  const { spec, note } = scriptlet === undefined ? await findScriptlet() : { spec: scriptlet };
  const home = join(directory, name);
  const files = await writeNewFiles(home, { ...packageFiles(name, spec), ...blockFiles(name) });
  return { directory: home, blockId: `${name}::${name}`, files, isNewPackage: true, note };
}

async function writeNewFiles(home: string, contents: Record<string, string>): Promise<string[]> {
  const paths = Object.keys(contents).map((path) => join(home, path));
  const existing = paths.find((path) => existsSync(path));
  if (existing !== undefined) throw new UsageError(`${existing} already exists; nothing was changed.`);
  for (const [path, content] of Object.entries(contents)) {
    const file = join(home, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: "wx" });
  }
  return paths;
}
