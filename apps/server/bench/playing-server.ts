// Our server with all but the processes of blocks: a task tells its progress ten times within three seconds and then ends with
// the time. Takes the folder of its data and the extensions that it announces; sends its address.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { extensionNames } from "@oomol/connect-core/wire";
import type { Engine, SessionRequest } from "../src/engine/engine.ts";
import { createLocalFiles } from "../src/files/local-files.ts";
import { createApp } from "../src/http/app.ts";
import { createAppletsFile } from "../src/http/applets-file.ts";
import { listenHttp } from "../src/http/listen-http.ts";
import { createRequestThreads } from "../src/http/request-threads.ts";
import { createMetrics } from "../src/metrics.ts";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { Refusal } from "../src/refusal.ts";
import { resolveServerOptions } from "../src/serve/options.ts";
import { openDatabase } from "../src/store/database.ts";
import { InstallStore } from "../src/store/install-store.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { createTaskRunner } from "../src/tasks/task-runner.ts";
import { openUploads } from "../src/uploads/uploads.ts";
import { openWebhooks } from "../src/webhooks/open-webhooks.ts";
import { fixturePackages } from "../test/open-test-server.ts";

const lengthMs = 3_000;
const steps = 10;

const [dataDirectory = "", without] = process.argv.slice(2);
const resolved = resolveServerOptions({
  packages: [fixturePackages],
  dataDirectory,
  port: 0,
  concurrency: 10_000,
  extensions: extensionNames.filter((name) => name !== without),
});
const { log } = resolved;
const database = await openDatabase(dataDirectory, resolved.sqliteSync);
const store = new TaskStore(database, resolved);
const catalog = createPackageCatalog(resolved.packages, log, `${dataDirectory}/packages`);
const metrics = createMetrics(() => store.countByStatus());
const files = createLocalFiles(dataDirectory, { areHandedOver: false });
const runner = createTaskRunner({ ...resolved, store, catalog, engine: createPlayer(), files, metrics });
const webhooks = await openWebhooks({ ...resolved, database, tasks: store, isShared: false, metrics });
const uploads = openUploads({ ...resolved, database, files, metrics });
const closing = new AbortController();
const app = createApp({
  ...resolved,
  catalog,
  store,
  runner,
  files,
  metrics,
  installer: { submit: refuse, cancel: async () => undefined, progressOf: () => undefined },
  installs: new InstallStore(database),
  applets: createAppletsFile(undefined),
  readStatus: refuse,
  threads: createRequestThreads(),
  webhooks,
  uploads,
  limits: resolved,
  closing: closing.signal,
  whyNotReady: () => undefined,
});
const { origin } = await listenHttp(app, resolved, closing);
process.send?.(`${origin}/api`);

function createPlayer(): Engine {
  return {
    async run({ block, onStarted, onEvent }: SessionRequest) {
      const session_id = randomUUID();
      const whole = { session_id, path: block.path };
      const own = { session_id, job_id: randomUUID(), block_path: block.path, stacks: [] };
      const emit = (type: string, event: object, nodeId: string | null = null) =>
        void onEvent({ type, nodeId, event: { type, ...whole, ...event } });
      onStarted(session_id);
      emit("SessionStarted", { create_at: Date.now() });
      emit("BlockStarted", { ...own, create_at: Date.now(), inputs: {} }, "_");
      for (let step = 1; step <= steps; step += 1) {
        await pause(lengthMs / steps);
        emit("BlockProgress", { ...own, progress: (step / steps) * 100 }, "_");
      }
      emit("BlockFinished", { ...own, result: { endedAt: Date.now() }, finish_at: Date.now() }, "_");
      emit("SessionFinished", { finish_at: Date.now() });
      return "completed";
    },
    close: async () => undefined,
  };
}

async function refuse(): Promise<never> {
  throw new Refusal(501, "Not here.");
}
