import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { UsageError } from "../exit-codes.ts";

/** Where the code of a block lies. */
export interface BlockCode {
  /** `tasks/BLOCK` */
  id: string;
  directory: string;
  entry: string | undefined;
  functionName: string | undefined;
}

/** A block of the executor `nodejs`, with its manifest. */
export interface FoundBlock extends BlockCode {
  file: string;
  document: Document;
}

const kinds = [
  { folder: "blocks", file: "block.oo" },
  { folder: "tasks", file: "task.oo" },
];

/**
 * The blocks of a package whose code is JavaScript or TypeScript.
 *
 * @throws {@link UsageError} for a manifest that cannot be read.
 */
export async function findBlocks(directory: string): Promise<FoundBlock[]> {
  const found: FoundBlock[] = [];
  for (const { folder, file } of kinds) {
    const names = await readdir(join(directory, folder)).catch(() => []);
    for (const name of names.sort()) {
      const home = join(directory, folder, name);
      const manifest = await readFirst(
        ["yaml", "yml"].map((extension) => join(home, `${file}.${extension}`)),
      );
      const block = manifest && readBlock(`${folder}/${name}`, home, manifest);
      if (block) found.push(block);
    }
  }
  return found;
}

/** The first of the files that is there, as the server takes it. */
async function readFirst(files: readonly string[]): Promise<{ file: string; text: string } | undefined> {
  for (const file of files) {
    try {
      return { file, text: await readFile(file, "utf8") };
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR")
        throw new UsageError(`The manifest ${file} cannot be read: ${String(cause)}`, { cause });
    }
  }
  return undefined;
}

function readBlock(
  id: string,
  directory: string,
  { file, text }: { file: string; text: string },
): FoundBlock | undefined {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new UsageError(`${file} cannot be read: ${error.message.split("\n")[0]}`);
  if (document.getIn(["executor", "name"]) !== "nodejs") return undefined;
  const option = (name: string) => {
    const value = document.getIn(["executor", "options", name]);
    return typeof value === "string" ? value : undefined;
  };
  return { id, directory, file, document, entry: option("entry"), functionName: option("function") };
}
