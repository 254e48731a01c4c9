import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** The program of another Node.js, as the npm package `node` brings it for this machine. */
export function installNode(directory: string, version: string): string {
  const home = join(directory, `node-${version}`);
  mkdirSync(home);
  const flags = ["--prefix", home, "--no-audit", "--no-fund", "--no-save"];
  execFileSync("npm", ["install", ...flags, `node@${version}`], { cwd: home, stdio: "pipe" });
  return join(home, "node_modules/node/bin/node");
}
