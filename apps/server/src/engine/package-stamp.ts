import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** More files than that are no package that anyone edits; such a one counts as changed each time. */
const maxFiles = 5_000;

/**
 * What tells one state of a package folder from the next: names, sizes and times of its files. Of installed modules only
 * the lists of them count. `undefined` where the folder is too large to look at before each task.
 */
export async function packageStamp(directory: string): Promise<string | undefined> {
  const lines: string[] = [];
  const look = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    await Promise.all(
      entries.map(async (entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !isOpaque(entry.name)) return look(path);
        const found = lines.length < maxFiles ? await stat(path).catch(() => undefined) : undefined;
        lines.push(`${path}:${found?.mtimeMs}:${found?.size}:${found?.ino}`);
      }),
    );
  };
  await look(directory);
  if (lines.length >= maxFiles) return undefined;
  // A package manager rewrites its list in there.
  for (const list of [".modules.yaml", ".package-lock.json", ".yarn-state.yml"]) {
    const found = await stat(join(directory, "node_modules", list)).catch(() => undefined);
    lines.push(`${list}:${found?.mtimeMs}`);
  }
  return lines.sort().join("\n");
}

/** Its own time changes with what is added to it or taken away. */
function isOpaque(name: string): boolean {
  return name === "node_modules" || name === ".git";
}
