import { existsSync } from "node:fs";
import { basename } from "node:path";
import { openBroker } from "../broker/broker.ts";
import { namingDatabase } from "../cluster/postgres.ts";
import { startWorkerLoop } from "../cluster/worker-loop.ts";
import { createWorkerRegistry } from "../cluster/worker-registry.ts";
import { createEngine } from "../engine/create-engine.ts";
import type { KnownToken } from "../http/callers.ts";
import { listenHttp } from "../http/listen-http.ts";
import { createOperationsApp } from "../http/operations-routes.ts";
import { createMetrics } from "../metrics.ts";
import { createPackageCatalog } from "../packages/package-catalog.ts";
import { openConfinement } from "../processes/confine-executor.ts";
import { ownVersion } from "../status/own-version.ts";
import { createWorkerReport } from "../status/worker-report.ts";
import { createRunTask } from "../tasks/run-task.ts";
import { findTelemetry } from "../tracing/find-telemetry.ts";
import type { WorkerOptions } from "./cluster-options.ts";
import { openCluster } from "./open-cluster.ts";
import { type OpenedParts, openParts } from "./opened-parts.ts";
import { resolveServerOptions } from "./options.ts";
import type { RunningServer } from "./running-server.ts";

/** A process that runs tasks. */
export interface RunningWorker {
  /** Where it tells how it is: `http://127.0.0.1:9090`; absent if it has no port. */
  readonly url: string | undefined;
  /** As that of a server: of those who read its metrics. */
  setTokens: RunningServer["setTokens"];
  /** Takes no more tasks, lets those that run end for a while, gives back the others, and stops. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts a process that runs tasks of the packages that it has, with any number of others. Rejects if the options
 * cannot work or the database has a schema that this version does not know.
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const resolved = resolveServerOptions(options);
  const { packages, concurrency, crashLimit, taskLogBytes, log } = resolved;
  const { deafAfterMs = 15_000, storagePatienceMs } = options; // several rounds: one look may be unlucky
  const open = async (opened: OpenedParts): Promise<RunningWorker> => {
    // It sends no jobs, so what is said of new ones does not matter here.
    const cluster = await openCluster(
      options,
      { attempts: 1, lostAfterSeconds: 20, crashLimit, taskLogBytes },
      log,
      opened,
    );
    const { postgres, store, files, dataDirectory } = cluster;
    const broker = await openBroker(log);
    opened.add(() => broker.close());
    const catalog = createPackageCatalog(packages, log);
    const { tracing, meter } = await findTelemetry(ownVersion, resolved.spanIds);
    const metrics = createMetrics(async () => new Map(), meter);
    const confinement = await openConfinement({ ...resolved, dataDirectory });
    const engine = createEngine({
      ...resolved,
      confinement,
      dataDirectory,
      broker,
      catalog,
      metrics,
      tracing,
    });
    opened.add(() => engine.close());
    const runTask = createRunTask({
      ...resolved,
      ...cluster,
      storagePatienceMs,
      catalog,
      engine,
      metrics,
      tracing,
    });
    const report = createWorkerReport(metrics);
    const registry = createWorkerRegistry(postgres, catalog, concurrency, log, report);
    const loop = await startWorkerLoop({ ...cluster, registry, runTask, concurrency, deafAfterMs, log });
    opened.add(() => loop.close(options.drainMs ?? 20_000));
    const { tokens } = resolved;
    const running = {
      setTokens: (given: readonly KnownToken[]) => tokens.replace(given),
      close: () => opened.close(),
    };
    if (options.port === undefined) return { url: undefined, ...running };

    const closing = new AbortController();
    const whyNotReady = () => {
      if (closing.signal.aborted) return "It is closing.";
      const missing = packages.find((folder) => !existsSync(folder));
      if (missing !== undefined) return `Its folder of packages "${basename(missing)}" is not there.`;
      return loop.whyDeaf();
    };
    const app = createOperationsApp({ ...resolved, metrics, store, files, whyNotReady });
    const http = await listenHttp(app, resolved, closing);
    opened.add(() => http.close());
    return { url: http.origin, ...running };
  };
  return namingDatabase(options.database, () => openParts(open));
}
