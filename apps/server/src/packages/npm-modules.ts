import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { executorEnvironment } from "../engine/executor-environment.ts";
import { isRecord, messageOf } from "../values.ts";

export interface NpmModulesOptions {
  registryUrl: string;
  cacheDirectory: string;
  /** Whether what is installed may run programs of its own while it is installed. */
  allowScripts: boolean;
  signal: AbortSignal;
}

/** Installs what the `package.json` in a folder depends on, with the `npm` on the `PATH`. */
export async function installNpmModules(directory: string, options: NpmModulesOptions): Promise<void> {
  const manifest = await readFile(join(directory, "package.json"), "utf8").then(JSON.parse, () => ({}));
  if (hasDependencies(manifest)) {
    await runNpm(directory, ["install", "--ignore-scripts"], options);
    if (options.allowScripts) await runNpm(directory, ["rebuild"], options);
  }
  if (!options.allowScripts) return;
  for (const script of ["preinstall", "install", "postinstall"]) {
    await runNpm(directory, ["run", script, "--if-present"], options);
  }
}

function hasDependencies(manifest: unknown): boolean {
  if (!isRecord(manifest)) return false;
  const { dependencies, optionalDependencies } = manifest;
  return [dependencies, optionalDependencies].some((one) => isRecord(one) && Object.keys(one).length > 0);
}

async function runNpm(directory: string, args: readonly string[], options: NpmModulesOptions): Promise<void> {
  const isWindows = process.platform === "win32";
  const settings = [
    ...["--registry", options.registryUrl, "--cache", options.cacheDirectory],
    ...["--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
  ];
  try {
    await promisify(execFile)(isWindows ? "npm.cmd" : "npm", [...args, ...settings], {
      cwd: directory,
      env: executorEnvironment(process.env, directory),
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
