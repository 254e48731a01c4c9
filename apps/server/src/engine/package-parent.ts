import { join } from "node:path";
import type { InstalledPackage } from "../packages/read-package.ts";

/** The folder that holds a package, above its scope if it has one. */
export function packageParent({ directory, name }: Pick<InstalledPackage, "directory" | "name">): string {
  return join(directory, ...name.split("/").map(() => ".."));
}
