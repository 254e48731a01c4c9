import { execFile } from "node:child_process";
import { chmod, lchown, lstat, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Another user of this machine, as whom executors run. */
export interface RunAsUser {
  name: string;
  uid: number;
  gid: number;
}

const run = promisify(execFile);

/** Finds the user of `--run-as`. Throws if there is none, if it is root, or if this process may not become another. */
export async function findUser(name: string): Promise<RunAsUser> {
  if (process.platform === "win32") throw new Error("--run-as needs a system with users of POSIX.");
  if (process.getuid?.() !== 0) {
    throw new Error(
      `--run-as ${name} needs a server that root has started: nobody else may start programs of others.`,
    );
  }
  if (!/^[a-z0-9_][\w.-]*$/i.test(name))
    throw new Error(`--run-as names a user of this machine, not "${name}".`);
  const idOf = async (option: string) => Number((await run("id", [option, name])).stdout);
  const ids = await Promise.all(["-u", "-g"].map(idOf)).catch((cause: unknown) => {
    throw new Error(`There is no user "${name}" on this machine (--run-as).`, { cause });
  });
  const [uid = 0, gid = 0] = ids;
  if (uid === 0) throw new Error(`--run-as ${name} would change nothing: that is root.`);
  return { name, uid, gid };
}

/**
 * Gives a folder of ours to the user, with what is in it; made first if it is absent. Its parent must be ours, so that nobody
 * can put another in its place. What the user has already is left alone: from then on the user may change it at any time.
 */
export async function handOver(folder: string, { uid, gid }: RunAsUser): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await lstat(folder)).uid === uid) return;
  await chmod(folder, 0o700);
  await giveAll(folder, { uid, gid });
}

/** Never through links, and a folder after what is in it: before, nobody else can reach that. */
async function giveAll(folder: string, { uid, gid }: Pick<RunAsUser, "uid" | "gid">): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? giveAll(path, { uid, gid }) : lchown(path, uid, gid));
  }
  await lchown(folder, uid, gid);
}

/** Throws if the user cannot reach something that executors need, and says what. */
export async function requireReach(
  paths: readonly { path: string; test: "-x" | "-r" }[],
  { name, uid, gid }: RunAsUser,
): Promise<void> {
  for (const { path, test } of paths) {
    await run("test", [test, path], { uid, gid, cwd: "/" }).catch((cause: unknown) => {
      throw new Error(
        `The user ${name} (--run-as) cannot reach ${path}: it, or a folder above it, belongs to others alone. Put it elsewhere, or let that user through.`,
        { cause },
      );
    });
  }
}

/** Makes folders as the user: what stands in folders of theirs may lead anywhere. */
export async function makeFolders(folders: readonly string[], { uid, gid }: RunAsUser): Promise<void> {
  await run("mkdir", ["-p", "--", ...folders], { uid, gid, cwd: "/" });
}

/** Lets everybody go through folders of ours without listing them: what is in them decides for itself. */
export async function letThrough(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o711);
  }
}
