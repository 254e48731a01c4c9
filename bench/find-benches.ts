import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("..", import.meta.url));

export interface Bench {
  name: string;
  path: string;
  /** Takes minutes, so it runs only where it is named, or all are asked for. */
  isLong: boolean;
}

/** Every `NAME.bench.ts` and `NAME.long.bench.ts` of the project, ours first. */
export function findBenches(): Bench[] {
  const folders = ["bench", "packages/*/bench", "apps/*/bench"];
  const paths = folders.flatMap((folder) => globSync(`${folder}/*.bench.ts`, { cwd: repository }).sort());
  return paths.map((path) => ({
    name: basename(path).replace(/(\.long)?\.bench\.ts$/, ""),
    path: join(repository, path),
    isLong: path.endsWith(".long.bench.ts"),
  }));
}
