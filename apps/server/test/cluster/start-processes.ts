import { fixturePackages, makeDataDirectory } from "../open-test-server.ts";
import { type ClusterProcess, startClusterProcess } from "./cluster-process.ts";
import { makeTestDatabase } from "./test-database.ts";

export interface ProcessesOptions {
  apis: number;
  workers: number;
  apiFlags?: readonly string[];
  workerFlags?: readonly string[];
}

/**
 * `connect-server api` and `connect-server worker` as programs, on a database and a shared folder of their own; killed at
 * the end of the test where they still run.
 */
export async function startProcesses({ apis, workers, apiFlags = [], workerFlags = [] }: ProcessesOptions) {
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
  const startApi = () => start("api", "--port", "0", "--lost-after-seconds", "10", ...apiFlags);
  const ownFlags = ["--packages", fixturePackages, "--concurrency", "2", "--spare-executors", "0"];
  const startWorker = () => start("worker", ...ownFlags, ...workerFlags);
  const [startedApis, startedWorkers] = await Promise.all([
    Promise.all(Array.from({ length: apis }, startApi)),
    Promise.all(Array.from({ length: workers }, startWorker)),
  ]);
  return {
    ...{ database, apis: startedApis, workers: startedWorkers, startApi, startWorker },
    async [Symbol.asyncDispose]() {
      for (const { child } of all) child.kill("SIGKILL");
      await Promise.all(all.map(({ exited }) => exited));
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}
