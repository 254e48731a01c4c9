import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** Where bundles are kept: `OOMOL_SCRIPTLET_CACHE_DIR`, else the user's cache folder, else a private one among temporary files. */
export function resolveCacheDir(environment: NodeJS.ProcessEnv): string {
  const chosen = environment.OOMOL_SCRIPTLET_CACHE_DIR || join(userCacheDir(environment), "oomol-scriptlet");
  return isWritable(chosen) ? chosen : join(tmpdir(), `oomol-scriptlet-${userInfo().uid}`);
}

function userCacheDir(environment: NodeJS.ProcessEnv): string {
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  if (process.platform === "win32") return environment.LOCALAPPDATA || join(homedir(), "AppData", "Local");
  return environment.XDG_CACHE_HOME || join(homedir(), ".cache");
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
