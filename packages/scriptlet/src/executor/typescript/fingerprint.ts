import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** A file's content, or the names in a folder, as a hash; `"absent"` if neither exists. */
export function fingerprint(path: string): string {
  try {
    return hash(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EISDIR") return "absent";
    return hash(JSON.stringify(readdirSync(path).sort()));
  }
}

function hash(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
