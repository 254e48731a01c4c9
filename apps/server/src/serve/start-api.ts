import { createClusterCatalog } from "../cluster/cluster-catalog.ts";
import { createClusterControl } from "../cluster/cluster-control.ts";
import { createClusterStatus } from "../cluster/cluster-status.ts";
import { sweepAlone } from "../cluster/cluster-sweep.ts";
import { countLiveWorkers } from "../cluster/list-workers.ts";
import { namingDatabase } from "../cluster/postgres.ts";
import { createUploadTurns } from "../cluster/upload-turns.ts";
import { watchJobs } from "../cluster/watch-jobs.ts";
import { createApp } from "../http/app.ts";
import { createAppletsFile } from "../http/applets-file.ts";
import { listenHttp } from "../http/listen-http.ts";
import { createRequestThreads } from "../http/request-threads.ts";
import { keepFor } from "../keep-for.ts";
import { createMetrics } from "../metrics.ts";
import { Refusal } from "../refusal.ts";
import { ownVersion } from "../status/own-version.ts";
import { InstallStore } from "../store/install-store.ts";
import { type Retry, retryConnection } from "../store/retry-connection.ts";
import { createRetention } from "../tasks/retention.ts";
import { findTelemetry } from "../tracing/find-telemetry.ts";
import { openUploads } from "../uploads/uploads.ts";
import { openWebhooks } from "../webhooks/open-webhooks.ts";
import { type ApiOptions, checkAttempts } from "./cluster-options.ts";
import { openCluster } from "./open-cluster.ts";
import { type OpenedParts, openParts } from "./opened-parts.ts";
import { resolveCommonOptions } from "./options.ts";
import { type RunningServer, runningServer } from "./running-server.ts";

/**
 * Starts a process that answers callers and runs nothing: any number of them share one database, behind any load
 * balancer. Rejects if the options cannot work or the database has a schema that this version does not know.
 */
export async function startApi(options: ApiOptions): Promise<RunningServer> {
  const { attempts = 3, lostAfterSeconds = 20, patienceMs = 10_000 } = options;
  checkAttempts(attempts, lostAfterSeconds);
  const resolved = resolveCommonOptions(options);
  const { log } = resolved;
  const open = async (opened: OpenedParts): Promise<RunningServer> => {
    const applets = createAppletsFile(resolved.appletsFile);
    await applets.list(); // a mistake in it is told at once
    const cluster = await openCluster(
      options,
      { attempts, lostAfterSeconds, patienceMs, crashLimit: resolved.crashLimit },
      log,
      opened,
    );
    const { postgres, jobs, notices, store } = cluster;
    await notices.listen(["changed", "events", "uploads"]);
    await jobs.handleGivenUp(async (taskId) => {
      await store.writer.end(taskId, "failed", { reason: givenUp(attempts) });
    });

    const watching = watchJobs(jobs, notices, log);
    opened.add(() => watching.close());
    const closing = new AbortController();
    const retry: Retry = (run) => retryConnection(run, patienceMs);
    const { tracing, meter } = await findTelemetry(ownVersion, resolved.spanIds);
    const metrics = createMetrics(() => store.countByStatus(true), meter);
    const retention = createRetention({
      ...resolved,
      ...cluster,
      keepBytes: undefined,
      alone: (sweep) => sweepAlone(postgres, sweep),
    });
    opened.add(() => retention.close());
    const database = postgres.database.withTables();
    const webhooks = await openWebhooks({ ...resolved, database, tasks: store, isShared: true, metrics });
    opened.add(() => webhooks.close());
    const turns = createUploadTurns({ postgres, notices, log });
    const uploads = openUploads({ ...resolved, database, files: cluster.files, turns, metrics });
    opened.add(() => uploads.close());
    const threads = createRequestThreads();
    opened.add(() => threads.close());
    const catalog = createClusterCatalog(postgres, { retry, log });
    const filesDirectory = cluster.files.directory;
    const app = createApp({
      ...resolved,
      ...cluster,
      threads,
      limits: resolved,
      closing: closing.signal,
      applets,
      metrics,
      tracing,
      installer: noInstaller,
      installs: new InstallStore(database),
      webhooks,
      uploads,
      catalog,
      countWorkers: keepFor(2_000, () => countLiveWorkers(postgres)),
      readStatus: createClusterStatus({ postgres, catalog, filesDirectory }),
      others: {
        tell: (word) => notices.send("events", word),
        onTold: (listener) => notices.onNotice("events", listener),
      },
      runner: createClusterControl(store, notices, closing.signal),
      whyNotReady: () => (closing.signal.aborted ? "It is closing." : undefined),
    });
    const http = await listenHttp(app, resolved, closing);
    opened.add(() => http.close());
    void retention.sweep();
    void uploads.sweep();
    return runningServer(http, resolved, opened);
  };
  return namingDatabase(options.database, () => openParts(open));
}

const givenUp = (attempts: number) =>
  `The task was given up: its worker was lost or stopped each time it ran, ${attempts} ${attempts === 1 ? "time" : "times"} at most.`;

/** Which packages there are is decided where workers are started. */
const noInstaller = {
  cancel: async () => undefined, // there are none
  progressOf: () => undefined,
  async submit(): Promise<never> {
    throw new Refusal(
      501,
      "This server installs no packages: its workers offer those that they were started with (connect-server worker --packages DIR). Add the package there.",
    );
  },
};
