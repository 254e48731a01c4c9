import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";

const packageName = "@oomol/scriptlet";

export interface FoundScriptlet {
  /** For `devDependencies`. */
  spec: string;
  /** Said to people if the spec is of use on this machine only. */
  note?: string;
}

/**
 * Where a new package gets `@oomol/scriptlet`, in the version of this command: from the clone that the command runs in, the
 * registry, the tarball that npm has installed, or the folder that the command itself uses.
 *
 * @param folder The folder of the command's own copy.
 */
export async function findScriptlet(folder: string = ownScriptlet()): Promise<FoundScriptlet> {
  const isInstalled = folder.split(sep).includes("node_modules");
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (isInstalled) {
    if (await isInRegistry(version)) return { spec: `^${version}` };
    const tarball = await findTarball(folder);
    if (tarball) return onlyHere(tarball, version);
  }
  const found = onlyHere(folder, version);
  if (isInstalled || existsSync(join(folder, "dist"))) return found;
  return { ...found, note: `${found.note} ${await unbuilt(dirname(dirname(folder)))}` };
}

/** A clone holds sources only, at first; it names the pnpm that builds them. */
async function unbuilt(clone: string): Promise<string> {
  const { packageManager } = JSON.parse(await readFile(join(clone, "package.json"), "utf8"));
  return `It is not built yet, so first run in ${clone}: npx -y ${packageManager} build`;
}

function onlyHere(path: string, version: string): FoundScriptlet {
  const note = `${packageName} ${version} is taken from ${path}: before others use the package, give it a version of the registry.`;
  return { spec: `file:${path}`, note };
}

/** The server brings it. */
export function ownScriptlet(): string {
  const server = createRequire(import.meta.url).resolve("@oomol/connect-server/package.json");
  return dirname(createRequire(server).resolve(`${packageName}/package.json`));
}

/** As npm is configured. Without an answer the package could not be installed from there either. */
async function isInRegistry(version: string): Promise<boolean> {
  const flags = ["--json", "--fetch-retries=0", "--fetch-timeout=5000"];
  try {
    const { stdout } = await promisify(execFile)(
      "npm",
      ["view", `${packageName}@${version}`, "version", ...flags],
      { timeout: 20_000, shell: process.platform === "win32" }, // a .cmd file there
    );
    return stdout.trim() !== "";
  } catch {
    return false;
  }
}

/** npm notes beside what it has installed where each package came from. */
async function findTarball(folder: string): Promise<string | undefined> {
  const modules = dirname(dirname(folder));
  try {
    const record = JSON.parse(await readFile(join(modules, ".package-lock.json"), "utf8"));
    const { resolved } = record.packages[`node_modules/${packageName}`];
    return resolved.startsWith("file:") ? resolve(dirname(modules), resolved.slice(5)) : undefined;
  } catch {
    return undefined;
  }
}
