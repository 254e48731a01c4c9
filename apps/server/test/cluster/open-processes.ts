import { fixturePackages, makeDataDirectory } from "../open-test-server.ts";
import { type ClusterProcess, startClusterProcess } from "./cluster-process.ts";
import { makeTestDatabase } from "./test-database.ts";

/**
 * Starts `connect-server api` and `connect-server worker` as programs, on a database and a shared folder of their own; they
 * are killed at the end of the test where they still run.
 */
export async function openProcesses() {
  const database = await makeTestDatabase();
  const files = await makeDataDirectory();
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: database.url, OOMOL_CONNECT_FILES: files.path };
  const all: ClusterProcess[] = [];
  const start = async (...args: string[]) => {
    const started = await startClusterProcess(args, env);
    all.push(started);
    if (!started.isReady) throw new Error(`${args.join(" ")} ended: ${started.output.stderr}`);
    return started;
  };
  const startApi = async (...flags: string[]) =>
    (await start("api", "--port", "0", "--lost-after-seconds", "10", ...flags)).client;
  const ownFlags = ["--spare-executors", "0", "--executor-ready-timeout-ms", "20000"];
  const startWorker = (...flags: string[]) =>
    start("worker", "--packages", fixturePackages, ...ownFlags, ...flags);
  return {
    databaseUrl: database.url,
    filesDirectory: files.path,
    startApi,
    startWorker,
    all: () => all,
    children: () => all.map(({ child }) => child),
    async [Symbol.asyncDispose]() {
      for (const { child } of all) child.kill("SIGKILL");
      await Promise.all(all.map(({ exited }) => exited));
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}
