import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { UsageError } from "../exit-codes.ts";

/**
 * The package that a folder is in: the folder itself, or the nearest one above it that has a `package.oo.yaml`.
 *
 * @throws {@link UsageError} if its manifest cannot be read.
 */
export async function findPackage(folder: string): Promise<{ directory: string; name: string } | undefined> {
  for (let directory = folder; ; directory = dirname(directory)) {
    for (const file of ["package.oo.yaml", "package.oo.yml"]) {
      const name = await readName(join(directory, file));
      if (name !== undefined) return { directory, name };
    }
    if (dirname(directory) === directory) return undefined;
  }
}

/** The package's name; that of its folder if the manifest gives none, `undefined` without a manifest. */
async function readName(file: string): Promise<string | undefined> {
  try {
    const manifest: unknown = parse(await readFile(file, "utf8"));
    const name = typeof manifest === "object" && manifest !== null && Reflect.get(manifest, "name");
    return typeof name === "string" && name !== "" ? name : basename(dirname(file));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const [reason] = String(cause).split("\n");
    throw new UsageError(`The package's manifest ${file} cannot be read: ${reason}`, { cause });
  }
}
