import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { executorEnvironment } from "../engine/executor-environment.ts";
import { isRecord, messageOf } from "../values.ts";
import { readNpmSettings, tokenKey } from "./registry-token.ts";

export interface NpmModulesOptions {
  registryUrl: string;
  registryToken: string | undefined;
  cacheDirectory: string;
  /** Whether what is installed may run programs of its own while it is installed. */
  allowScripts: boolean;
  signal: AbortSignal;
}

/** Installs what the `package.json` in a folder depends on, with the `npm` on the `PATH`. */
export async function installNpmModules(directory: string, options: NpmModulesOptions): Promise<void> {
  const manifest = await readFile(join(directory, "package.json"), "utf8").then(JSON.parse, () => ({}));
  if (hasDependencies(manifest)) {
    await install(directory, options);
    if (options.allowScripts) await runNpm(directory, ["rebuild"], options);
  }
  if (!options.allowScripts) return;
  for (const script of ["preinstall", "install", "postinstall"]) {
    await runNpm(directory, ["run", script, "--if-present"], options);
  }
}

/** With the token where there is one: programs of packages do not run here, so none of them sees it. */
async function install(directory: string, options: NpmModulesOptions): Promise<void> {
  const { registryUrl, registryToken, cacheDirectory } = options;
  const args = ["install", "--ignore-scripts"];
  if (registryToken === undefined) return runNpm(directory, args, options);
  // On the command line everybody would see it; npm fills in the variable.
  const settings = join(cacheDirectory, `npmrc-${randomUUID()}`);
  const variable = "OOMOL_CONNECT_REGISTRY_TOKEN";
  const line = `${tokenKey(registryUrl)}=\${${variable}}`;
  await mkdir(cacheDirectory, { recursive: true });
  await writeFile(settings, [...readNpmSettings(process.env), line, ""].join("\n"), { mode: 0o600 });
  try {
    await runNpm(directory, [...args, "--userconfig", settings], options, { [variable]: registryToken });
  } finally {
    await rm(settings, { force: true });
  }
}

function hasDependencies(manifest: unknown): boolean {
  if (!isRecord(manifest)) return false;
  const { dependencies, optionalDependencies } = manifest;
  return [dependencies, optionalDependencies].some((one) => isRecord(one) && Object.keys(one).length > 0);
}

async function runNpm(
  directory: string,
  args: readonly string[],
  options: NpmModulesOptions,
  secrets: NodeJS.ProcessEnv = {},
): Promise<void> {
  const isWindows = process.platform === "win32";
  const settings = [
    ...["--registry", options.registryUrl, "--cache", options.cacheDirectory],
    ...["--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
  ];
  try {
    await promisify(execFile)(isWindows ? "npm.cmd" : "npm", [...args, ...settings], {
      cwd: directory,
      env: { ...executorEnvironment(process.env, directory), ...secrets },
      signal: options.signal,
      shell: isWindows, // a .cmd file has no other way to run
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    throw new Error(`npm ${args[0]} failed: ${explain(error)}`, { cause: error });
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  if ("code" in error && error.code === "ENOENT") return "there is no npm on the PATH.";
  const stderr = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : "";
  return (stderr || error.message).slice(-1_000);
}
