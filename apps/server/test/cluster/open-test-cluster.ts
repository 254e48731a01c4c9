import type { ApiOptions, WorkerOptions } from "../../src/cluster/cluster-options.ts";
import { startApi } from "../../src/cluster/start-api.ts";
import { startWorker } from "../../src/cluster/start-worker.ts";
import { fixturePackages, makeDataDirectory, TestClient } from "../open-test-server.ts";
import { makeTestDatabase } from "./test-database.ts";

/** API processes and workers on a database of their own, all in this process. */
export async function openTestCluster({
  apis = 1,
  workers = 1,
  api = {},
  worker = {},
}: {
  apis?: number;
  workers?: number;
  api?: Partial<ApiOptions>;
  worker?: Partial<WorkerOptions>;
} = {}) {
  const database = await makeTestDatabase();
  const files = await makeDataDirectory();
  const shared = { database: database.url, files: files.path };
  const startOneApi = async () => {
    const running = await startApi({ ...shared, port: 0, lostAfterSeconds: 10, ...api });
    return Object.assign(new TestClient(running.url), { close: running.close });
  };
  const startOneWorker = () =>
    startWorker({
      ...shared,
      packages: [fixturePackages],
      concurrency: 4,
      spareExecutors: 0,
      executorReadyTimeoutMs: 20_000,
      drainMs: 0,
      ...worker,
    });
  const runningWorkers = await Promise.all(Array.from({ length: workers }, startOneWorker));
  const clients = await Promise.all(Array.from({ length: apis }, startOneApi));
  const [client] = clients;
  if (!client) throw new Error("a cluster needs an API process");
  return {
    ...{ database, files: files.path, clients, client, workers: runningWorkers, startOneWorker },
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients, ...runningWorkers].map((one) => one.close()));
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}
