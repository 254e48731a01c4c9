import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** A file's content, or the names in a folder, as a hash; `"absent"` if neither exists. */
export async function fingerprint(path: string): Promise<string> {
  try {
    return hash(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EISDIR") return "absent";
    return hash(JSON.stringify((await readdir(path)).sort()));
  }
}

function hash(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
