import { stat } from "node:fs/promises";

/** The size in bytes of an uploaded file; throws a sentence when there is none at that path. */
export async function sizeOfFile(path: unknown): Promise<number> {
  if (typeof path !== "string" || !path) throw new Error("A file must be given by its path.");
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") throw new Error(`There is no file at ${path}.`, { cause });
    throw cause;
  });
  if (!found.isFile()) throw new Error(`${path} is not a file.`);
  return found.size;
}
