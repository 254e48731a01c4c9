import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { executorEnvironment } from "../engine/executor-environment.ts";
import { startExecutorProcess } from "../engine/executor-process.ts";
import { findProgram } from "../engine/find-executor.ts";
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
  const fail = (reason: string) => new Error(`npm ${args[0]} failed: ${reason}`);
  const settings = [
    ...["--registry", options.registryUrl, "--cache", options.cacheDirectory],
    ...["--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
  ];
  const file = await findProgram("npm");
  if (file === undefined) throw fail("there is no npm on the PATH.");
  const npm = startExecutorProcess({ file, args: [] }, [...args, ...settings], {
    cwd: directory,
    env: { ...executorEnvironment(process.env, directory), ...secrets },
  });
  const stop = () => void npm.kill();
  options.signal.addEventListener("abort", stop);
  if (options.signal.aborted) stop();
  const { code, spawnError, stderrTail } = await npm.exited;
  options.signal.removeEventListener("abort", stop);
  if (options.signal.aborted) throw fail(messageOf(options.signal.reason));
  if (spawnError !== undefined) throw fail(spawnError.message);
  if (code !== 0) throw fail(stderrTail.slice(-1_000) || `it ended with code ${code}.`);
}
