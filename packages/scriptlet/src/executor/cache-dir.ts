import { accessSync, constants, lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where bundles are kept: `OOMOL_SCRIPTLET_CACHE_DIR`, else the user's cache folder. Where that cannot be written, a folder
 * among temporary files that nobody else can write, for what is in it is run: the user's, or, where somebody else has taken
 * its name, this process's own, which goes with it.
 */
export function resolveCacheDir(environment: NodeJS.ProcessEnv): string {
  const chosen = environment.OOMOL_SCRIPTLET_CACHE_DIR || join(userCacheDir(environment), "oomol-scriptlet");
  // Where nothing can be written, blocks in JavaScript still run.
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
    // A user without a name, as containers have them.
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
  // Windows knows no such number, and has such a folder for each user.
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

/** Whether a folder is the user's, itself and no link, and no other user can write it. */
function isPrivate(path: string, userId: number | undefined): boolean {
  if (userId === undefined) return true;
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === userId && (found.mode & 0o022) === 0;
}
