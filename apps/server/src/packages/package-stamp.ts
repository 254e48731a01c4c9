import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { entriesIn } from "./entries-in.ts";
import { fileStamp } from "./file-stamp.ts";

/** More files than that are no package that anyone edits; such a one counts as changed each time. */
const maxFiles = 5_000;

/** So many files are looked at without a pause: a millisecond or two. */
const filesAtOnce = 500;

/**
 * What tells one state of a package folder from the next: names, sizes and times of its files. Of installed modules only
 * the lists of them count. `undefined` if the folder is too large to look at before each task.
 */
export async function packageStamp(directory: string): Promise<string | undefined> {
  const lines: string[] = [];
  const folders = [directory];
  for (const folder of folders) {
    for (const entry of entriesIn(folder)) {
      if (entry.name === "__pycache__") continue; // Python writes there when it runs a block
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !isOpaque(entry.name)) {
        folders.push(path);
        continue;
      }
      lines.push(`${path}:${fileStamp(path)?.text}`);
      if (lines.length >= maxFiles) return undefined;
      if (lines.length % filesAtOnce === 0) await setImmediate();
    }
  }
  // A package manager rewrites its list in there.
  for (const list of [".modules.yaml", ".package-lock.json", ".yarn-state.yml"]) {
    lines.push(`${list}:${fileStamp(join(directory, "node_modules", list))?.text}`);
  }
  return lines.sort().join("\n");
}

/** Its own time changes with what is added to it or taken away. */
function isOpaque(name: string): boolean {
  return name === "node_modules" || name === ".git";
}
