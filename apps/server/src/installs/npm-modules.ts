import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "@oomol/connect-shared/find-program";
import { parseBoundedJson } from "../bounded-json.ts";
import { createExecutorOutput } from "../engine/executor/executor-output.ts";
import { fileStamp } from "../packages/file-stamp.ts";
import { readSmallFile } from "../packages/read-small-file.ts";
import { executorEnvironment } from "../processes/executor-environment.ts";
import { startExecutorProcess } from "../processes/executor-process.ts";
import { isRecord, messageOf } from "../values.ts";
import { requireOwnSources, requireRegistryDependencies } from "./own-dependencies.ts";
import { readNpmSettings, tokenKey } from "./registry-token.ts";

export interface NpmModulesOptions {
  registryUrl: string;
  registryToken: string | undefined;
  cacheDirectory: string;
  /** Whether what is installed may run programs of its own while it is installed. */
  allowScripts: boolean;
  signal: AbortSignal;
  /** Gets npm's own words while it works, line by line. */
  onProgress(line: string): void;
}

/**
 * Installs what the `package.json` in a folder depends on, with the `npm` on the `PATH`. npm obeys settings that lie in the
 * folder, so an `.npmrc` of the package is removed. Dependencies from git are refused: npm prepares them by running itself
 * in the clone, where it would obey theirs.
 */
export async function installNpmModules(directory: string, options: NpmModulesOptions): Promise<void> {
  await rm(join(directory, ".npmrc"), { recursive: true, force: true });
  const file = join(directory, "package.json");
  if (fileStamp(file) === undefined) return; // npm would look for one in the folders above
  const text = await readSmallFile(file, mostBytes).catch(explain);
  const manifest = parseManifest(text);
  requireRegistryDependencies(manifest);
  if (isRecord(manifest) && hasDependencies(manifest)) {
    // They would tell npm where to fetch things, whatever the registry is.
    for (const lock of ["package-lock.json", "npm-shrinkwrap.json"])
      await rm(join(directory, lock), { force: true });
    await withManifest(directory, forConsumers(manifest), text, () => install(directory, options));
    await requireOwnSources(directory, options.registryUrl);
    if (options.allowScripts) await runNpm(directory, ["rebuild"], options);
  }
  if (!options.allowScripts) return;
  for (const script of ["preinstall", "install", "postinstall"]) {
    await runNpm(directory, ["run", script, "--if-present"], options);
  }
}

const mostBytes = 2 ** 20;

function parseManifest(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): never {
  throw new Error(`its package.json cannot be used: ${messageOf(error)}.`, { cause: error });
}

/**
 * With the token if there is one: programs of packages do not run here. It stands in settings of the folder alone.
 * On the command line everybody would see it, and a variable any other settings could name.
 */
async function install(directory: string, options: NpmModulesOptions): Promise<void> {
  const { registryUrl, registryToken, cacheDirectory } = options;
  const settings = join(directory, ".npmrc");
  const token =
    registryToken === undefined ? [] : [`${tokenKey(registryUrl)}=${JSON.stringify(registryToken)}`];
  const lines = [...readNpmSettings(process.env), ...token, ""];
  await writeFile(settings, lines.join("\n"), { mode: 0o600, flag: "wx" });
  // These two do not exist. npm before 11.9 does not know --allow-git, and hands both on to the npm in a clone.
  const git = join(cacheDirectory, "dependencies-from-git-are-refused");
  const userSettings = join(cacheDirectory, "no-npmrc");
  const nowhereElse = [
    "--allow-git=none",
    "--allow-remote=none",
    "--allow-file=none",
    "--allow-directory=none",
  ];
  const args = ["install", "--ignore-scripts", ...nowhereElse];
  try {
    await runNpm(directory, [...args, "--git", git, "--userconfig", userSettings], options);
  } finally {
    await rm(settings, { force: true });
  }
}

function hasDependencies({ dependencies, optionalDependencies, peerDependencies }: Manifest): boolean {
  const all = [dependencies, optionalDependencies, peerDependencies];
  return all.some((one) => isRecord(one) && Object.keys(one).length > 0);
}

type Manifest = Readonly<Record<string, unknown>>;

/** npm takes the folder for the clone of a contributor, and would hold it to what is asked of those. */
function forConsumers(manifest: Manifest): Manifest {
  const { devDependencies, devEngines, packageManager, workspaces, ...others } = manifest;
  return others;
}

/** The published manifest is back at the end, before anything of the package runs. */
async function withManifest(
  directory: string,
  manifest: Manifest,
  published: string,
  work: () => Promise<void>,
): Promise<void> {
  const file = join(directory, "package.json");
  await writeFile(file, JSON.stringify(manifest));
  try {
    await work();
  } finally {
    await writeFile(file, published);
  }
}

async function runNpm(directory: string, args: readonly string[], options: NpmModulesOptions): Promise<void> {
  const fail = (reason: string) => new Error(`npm ${args[0]} failed: ${reason}`);
  const settings = [
    ...["--registry", options.registryUrl, "--cache", options.cacheDirectory],
    ...["--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=http"],
    // npm's own patience is minutes for each file, also with a certificate that it will never trust.
    ...["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=1000"],
    "--fetch-timeout=30000",
  ];
  const file = await findProgram("npm");
  if (file === undefined) throw fail("there is no npm on the PATH.");
  // Whole lines: a pipe gives what it holds.
  const output = createExecutorOutput(undefined, ({ text }) => tellLines(text, options.onProgress));
  const npm = startExecutorProcess({ file, args: [] }, [...args, ...settings], {
    cwd: directory,
    env: executorEnvironment(process.env, directory, wayToRegistry),
    onOutput: output.take,
  });
  const stop = () => void npm.kill();
  options.signal.addEventListener("abort", stop);
  if (options.signal.aborted) stop();
  const { code, spawnError, stderrTail } = await npm.exited;
  output.flush();
  options.signal.removeEventListener("abort", stop);
  if (options.signal.aborted) throw fail(messageOf(options.signal.reason));
  if (spawnError !== undefined) throw fail(spawnError.message);
  if (code !== 0) throw fail(withoutRequests(stderrTail).slice(-1_000) || `it ended with code ${code}.`);
}

/** What npm needs to reach a registry behind a proxy, or one with a certificate of its own. */
const wayToRegistry = [
  "NODE_EXTRA_CA_CERTS",
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
];

const request = /^npm http /;

function withoutRequests(text: string): string {
  const lines = text.split("\n");
  return lines
    .filter((line) => !request.test(line))
    .join("\n")
    .trim();
}

function tellLines(text: string, tell: (line: string) => void): void {
  for (const line of text.split("\n")) if (line.trim() !== "") tell(line.trim());
}
