import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { MissingProgram } from "./missing-program.ts";

export interface SystemProgram {
  /** Names under which it is looked for on the PATH. */
  names: string[];
  /** Where it also is, on systems that do not put it on the PATH. */
  wellKnown: string[];
  /** What brings it on Debian. */
  debianPackage: string;
  /** One line for those who have neither: what needs it, and how it is installed. */
  advice: string;
}

/** Where a program is that tests need, installed first on a Debian that this process may change. Throws a `MissingProgram`. */
export function findOrInstall(program: SystemProgram): string {
  const found = find(program);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new MissingProgram(program.advice);
  try {
    install(program);
  } catch (cause) {
    throw new MissingProgram(program.advice, { cause });
  }
  const installed = find(program);
  if (installed === undefined) throw new MissingProgram(program.advice);
  return installed;
}

function find({ names, wellKnown }: SystemProgram): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const files = process.platform === "win32" ? names.map((name) => `${name}.exe`) : names;
  const onPath = files.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...wellKnown].find((path) => existsSync(path));
}

/** Several test processes may want programs at once; the second finds its own installed. */
function install({ names, debianPackage }: SystemProgram): void {
  const isThere = names.map((name) => `command -v ${name}`).join(" || ");
  const script = `${isThere} || (apt-get -q update && apt-get -q install -y --no-install-recommends ${debianPackage})`;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("flock", ["/tmp/oomol-connect-apt.lock", "sh", "-c", script], { env, stdio: "ignore" });
}
