import type { ApiOptions, WorkerOptions } from "../../src/serve/cluster-options.ts";
import { OpenedParts } from "../../src/serve/opened-parts.ts";
import type { ServerOptions } from "../../src/serve/options.ts";
import { startApi } from "../../src/serve/start-api.ts";
import { startWorker } from "../../src/serve/start-worker.ts";
import { fixturePackages, makeDataDirectory, TestClient, type TestServer } from "../open-test-server.ts";
import { makeTestDatabase } from "./test-database.ts";

/** Sends each request to another API process than the one before: it must not matter. */
class ClusterClient extends TestClient {
  readonly #urls: readonly string[];
  #sent = 0;

  constructor(urls: readonly string[]) {
    super(urls[0] ?? "");
    this.#urls = urls;
  }

  override request(path: string, init: RequestInit = {}): Promise<Response> {
    this.#sent += 1;
    return fetch(`${this.#urls[this.#sent % this.#urls.length]}${path}`, init);
  }
}

export interface TestCluster extends TestServer {
  /** One more API process on the same database; ends with the others. */
  openApi(options?: Partial<ApiOptions>): Promise<TestClient>;
  databaseUrl: string;
}

/** Two API processes and a worker on a database and a shared folder of their own, all in this process. */
export async function openTestCluster(
  options: Partial<ServerOptions & Pick<ApiOptions, "files"> & WorkerOptions> = {},
): Promise<TestCluster> {
  const opened = new OpenedParts();
  const database = await makeTestDatabase();
  opened.add(() => database[Symbol.asyncDispose]());
  const files = await makeDataDirectory();
  opened.add(async () => files[Symbol.asyncDispose]());
  const shared = { database: database.url, files: files.path, executorReadyTimeoutMs: 20_000 };
  const worker = await startWorker({
    ...shared,
    packages: [fixturePackages],
    concurrency: 4,
    spareExecutors: 0,
    drainMs: 0,
    ...options,
    port: undefined,
  });
  opened.add(() => worker.close());
  const startOne = async (own: Partial<ApiOptions> = {}) => {
    const api = await startApi({ ...shared, lostAfterSeconds: 10, ...options, ...own, port: 0 });
    opened.add(() => api.close());
    return api;
  };
  const apis = await Promise.all([startOne(), startOne()]);
  return Object.assign(new ClusterClient(apis.map(({ url }) => url)), {
    filesDirectory: files.path,
    databaseUrl: database.url,
    openApi: async (own?: Partial<ApiOptions>) => new TestClient((await startOne(own)).url),
    close: async () => void (await Promise.all(apis.map((api) => api.close()))),
    [Symbol.asyncDispose]: () => opened.close(),
  });
}
