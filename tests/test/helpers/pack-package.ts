import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The tarball that a package would be published as. */
export function packPackage(directory: string, destination: string): { path: string; content: Buffer } {
  const output = execFileSync("pnpm", ["pack", "--json", "--pack-destination", destination], {
    cwd: directory,
    shell: process.platform === "win32", // a .cmd file there
  });
  const path = JSON.parse(output.toString()).filename;
  return { path, content: readFileSync(path) };
}
