import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The home of one run of the engine, for it leaves there what blocks were given and said (oocana-protocol 10, 1.6). */
export interface EngineHome {
  path: string;
  /** What the engine and the executors that it starts find it by. */
  env: NodeJS.ProcessEnv;
  /** When nothing of the run is left. */
  remove(): Promise<void>;
}

/** The folder of homes inside the data directory. */
const homesFolder = "engine-homes";

/** What the engine and its executors read in the operator's home: secrets (oocana-protocol 3.4) and settings (oocana-protocol 8.1). */
const carried = [
  "app-config/oomol-secrets/secrets.json",
  ...["toml", "json", "json5"].map((ending) => `.oocana/config.${ending}`),
];

/** Makes a home that only this user can read, with copies of what is read there. */
export async function openEngineHome(
  dataDirectory: string,
  sessionId: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<EngineHome> {
  const own = homedir();
  const home = join(dataDirectory, homesFolder, sessionId);
  await mkdir(home, { recursive: true, mode: 0o700 });
  for (const file of carried) await carry(join(own, file), join(home, file));
  return {
    path: home,
    env: { HOME: home, ...userFolders(own, environment) },
    // What was told to end may still write its last line.
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function carry(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const isThere = await copyFile(from, to).then(
    () => true,
    () => false,
  );
  if (isThere) await chmod(to, 0o400);
}

/** Caches, settings and libraries of the user, which programs otherwise look for in their home. */
function userFolders(own: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folders = {
    XDG_CACHE_HOME: join(own, ".cache"),
    XDG_CONFIG_HOME: join(own, ".config"),
    XDG_DATA_HOME: join(own, ".local", "share"),
    ...(process.platform === "linux" && { PYTHONUSERBASE: join(own, ".local") }),
  };
  return Object.fromEntries(Object.entries(folders).map(([name, path]) => [name, environment[name] || path]));
}
