import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("..", import.meta.url));

/** Every `*.bench.ts` of the project by its name, ours first. */
export function findBenches(): Map<string, string> {
  const folders = ["bench", "packages/*/bench", "apps/*/bench"];
  const paths = folders.flatMap((folder) => globSync(`${folder}/*.bench.ts`, { cwd: repository }).sort());
  return new Map(paths.map((path) => [basename(path, ".bench.ts"), join(repository, path)]));
}
