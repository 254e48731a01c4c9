import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "@oomol/connect-shared/find-program";
import { messageOf } from "../values.ts";
import { type ExecutorCommand, findExecutor } from "./find-executor.ts";
import { findUser, handOver, letThrough, makeFolders, type RunAsUser, requireReach } from "./run-as-user.ts";
import { modulesAbove, runtimeOf, sandboxArguments } from "./sandbox-arguments.ts";

/** What an operator asks for. */
export interface ConfinementOptions {
  /** Holds `sessions/`, `uploads/` and `package-data/`. */
  dataDirectory: string;
  packages: readonly string[];
  /** The name of another user, as whom executors run. */
  runAs: string | undefined;
  sandbox: "bwrap" | undefined;
  noNetwork: boolean;
}

/** The same, found on this machine. */
export interface Confinement {
  user: RunAsUser | undefined;
  /** The program of the sandbox, if there is one. */
  bwrap: string | undefined;
  hasNetwork: boolean;
}

/** Executors run as the server does. */
export const unconfined: Confinement = { user: undefined, bwrap: undefined, hasNetwork: true };

export function isConfined({ user, bwrap }: Confinement): boolean {
  return user !== undefined || bwrap !== undefined;
}

/** Where an executor works. Absolute paths. */
export interface ExecutorPlace {
  executorName: string;
  packageDirectory: string;
  sessionDirectory: string;
  /** Folders within the session's, to be made. */
  temporaryDirectories: readonly string[];
  packageData: string;
  /** The files that were uploaded for the task; absent if there are none, or the task is not known yet. */
  uploads?: string | undefined;
}

export interface ConfinedCommand {
  command: ExecutorCommand;
  /** What replaces variables of its environment; `undefined` takes one away. */
  env: NodeJS.ProcessEnv;
  /** For whoever starts it. */
  identity: { uid?: number; gid?: number };
}

/** Finds out whether this machine can do what is asked for, and prepares the data directory. Throws what to do if it cannot. */
export async function openConfinement(options: ConfinementOptions): Promise<Confinement> {
  const { runAs, sandbox, noNetwork, dataDirectory } = options;
  if (noNetwork && sandbox === undefined) {
    throw new Error("--no-network is a part of the sandbox: give --sandbox bwrap as well.");
  }
  const user = runAs === undefined ? undefined : await findUser(runAs);
  const bwrap = sandbox === undefined ? undefined : await findSandbox(user);
  if (user) {
    const folders = ["", "sessions", "uploads", "package-data"].map((name) => join(dataDirectory, name));
    await letThrough(folders);
    const programs = [process.execPath, (await findExecutor("nodejs")).args.at(-1) ?? ""];
    await requireReach(
      [
        ...folders.map((path) => ({ path, test: "-x" as const })),
        ...[...programs, ...options.packages].map((path) => ({ path, test: "-r" as const })),
      ],
      user,
    );
  }
  return { user, bwrap, hasNetwork: !noNetwork };
}

async function findSandbox(user: RunAsUser | undefined): Promise<string> {
  if (process.platform !== "linux") throw new Error("--sandbox bwrap needs Linux.");
  const bwrap = await findProgram("bwrap");
  if (bwrap === undefined) {
    throw new Error(
      "--sandbox bwrap needs the program bwrap: install bubblewrap (apt-get install bubblewrap).",
    );
  }
  const trial = [
    "--unshare-pid",
    "--unshare-net",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "true",
  ];
  await promisify(execFile)(bwrap, trial, { cwd: "/", ...identityOf(user) }).catch((cause: unknown) => {
    const said = messageOf(cause).split("\n").slice(1).join(" ").trim() || messageOf(cause);
    throw new Error(
      `--sandbox bwrap cannot work here: ${said} The system must let ${user?.name ?? "this user"} make namespaces (kernel.unprivileged_userns_clone, AppArmor; in a container its security profile).`,
      { cause },
    );
  });
  return bwrap;
}

/** Makes and hands over the folders of an executor, and answers how it is started there. */
export async function confineExecutor(
  { user, bwrap, hasNetwork }: Confinement,
  command: ExecutorCommand,
  place: ExecutorPlace,
): Promise<ConfinedCommand> {
  if (!hasNetwork && place.executorName !== "nodejs") {
    throw new Error(
      `This server runs blocks without a network (--no-network), and the executor "${place.executorName}" needs one to talk to it.`,
    );
  }
  await prepareFolders(place, user);
  if (user === undefined && bwrap === undefined) return { command, env: {}, identity: {} };
  return {
    command: bwrap === undefined ? command : sandboxed(bwrap, command, place, hasNetwork),
    env: environmentOf(place, user),
    identity: identityOf(user),
  };
}

async function prepareFolders(place: ExecutorPlace, user: RunAsUser | undefined): Promise<void> {
  const { sessionDirectory, temporaryDirectories, packageData, uploads } = place;
  if (user === undefined) {
    for (const folder of [packageData, ...temporaryDirectories]) await mkdir(folder, { recursive: true });
    return;
  }
  for (const folder of [sessionDirectory, packageData, ...(uploads === undefined ? [] : [uploads])]) {
    await handOver(folder, user);
  }
  await makeFolders(temporaryDirectories, user);
}

function sandboxed(
  bwrap: string,
  command: ExecutorCommand,
  { packageDirectory, sessionDirectory, packageData, uploads }: ExecutorPlace,
  hasNetwork: boolean,
): ExecutorCommand {
  const view = {
    readable: [...new Set([...runtimeOf(command), packageDirectory, ...modulesAbove(packageDirectory)])],
    writable: [sessionDirectory, packageData, ...(uploads === undefined ? [] : [uploads])],
    workingDirectory: sessionDirectory,
    hasNetwork,
  };
  return { file: bwrap, args: [...sandboxArguments(view), command.file, ...command.args] };
}

/** The server's home folder is none of theirs: what they keep, and cache, belongs to their package. */
function environmentOf({ packageData }: ExecutorPlace, user: RunAsUser | undefined): NodeJS.ProcessEnv {
  return {
    HOME: packageData,
    TMPDIR: undefined,
    TMP: undefined,
    TEMP: undefined,
    XDG_CACHE_HOME: undefined,
    XDG_CONFIG_HOME: undefined,
    XDG_DATA_HOME: undefined,
    XDG_RUNTIME_DIR: undefined,
    ...(user && { USER: user.name, LOGNAME: user.name }),
  };
}

function identityOf(user: RunAsUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}
