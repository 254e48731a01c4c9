import { accessSync, constants, lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The folder of bundles: `OOMOL_SCRIPTLET_CACHE_DIR`, or the user's cache folder. If it is not writable, a temporary folder
 * that nobody else can write, since its content is executed: the user's or, if somebody else has taken
 * its name, this process's own, which is removed with the process.
 */
export function resolveCacheDir(environment: NodeJS.ProcessEnv): string {
  const chosen = environment.OOMOL_SCRIPTLET_CACHE_DIR || join(userCacheDir(environment), "oomol-scriptlet");
  // Without any writable folder, blocks in JavaScript still run.
  return isWritable(chosen) ? chosen : (temporaryDir() ?? chosen);
}

function userCacheDir(environment: NodeJS.ProcessEnv): string {
  if (process.platform === "darwin") return join(home(), "Library", "Caches");
  if (process.platform === "win32") return environment.LOCALAPPDATA || join(home(), "AppData", "Local");
  return environment.XDG_CACHE_HOME || join(home(), ".cache");
}

function home(): string {
  try {
    return homedir();
  } catch {
    // A user without a name, as in containers.
    return "/";
  }
}

function isWritable(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function temporaryDir(): string | undefined {
  // Windows has no such number, but such a folder for each user.
  const userId = process.getuid?.();
  const shared = join(tmpdir(), `oomol-scriptlet-${userId ?? "user"}`);
  if (isWritable(shared) && isPrivate(shared, userId)) return shared;
  try {
    const own = mkdtempSync(`${shared}-`);
    process.once("exit", () => rmSync(own, { recursive: true, force: true, maxRetries: 3 }));
    return own;
  } catch {
    return undefined;
  }
}

/** Whether a folder is the user's, not a link, and not writable for other users. */
function isPrivate(path: string, userId: number | undefined): boolean {
  if (userId === undefined) return true;
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === userId && (found.mode & 0o022) === 0;
}
