import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The tarball that a package would be published as. */
export function packPackage(directory: string, destination: string): Buffer {
  const output = execFileSync("pnpm", ["pack", "--json", "--pack-destination", destination], {
    cwd: directory,
  });
  return readFileSync(JSON.parse(output.toString()).filename);
}
