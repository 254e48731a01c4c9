import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { MissingProgram } from "./missing-program.ts";

/**
 * A folder with packages from PyPI and what they depend on, fetched once for this machine. Throws a `MissingProgram` with
 * `advice`, one line for those without a python3 that has pip or without a way to PyPI.
 */
export function fetchPythonPackages(requirements: readonly string[], advice: string): string {
  const key = createHash("sha256").update(requirements.join(" ")).digest("hex").slice(0, 12);
  const folder = `/tmp/oomol-connect-python-${key}`;
  if (existsSync(folder)) return folder;
  // Several test processes may want it at once; it appears whole or not at all.
  const pip = `python3 -m pip install --quiet --target ${folder}.part ${requirements.join(" ")}`;
  const fetch = `test -e ${folder} || (rm -rf ${folder}.part && ${pip} && mv ${folder}.part ${folder})`;
  try {
    execFileSync("flock", [`${folder}.lock`, "sh", "-c", fetch], { stdio: "ignore" });
  } catch (cause) {
    throw new MissingProgram(advice, { cause });
  }
  return folder;
}
