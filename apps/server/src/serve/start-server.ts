import { join } from "node:path";
import { openBroker } from "../broker/broker.ts";
import { createEngine } from "../engine/create-engine.ts";
import { createLocalFiles } from "../files/local-files.ts";
import { createApp } from "../http/app.ts";
import { createAppletsFile } from "../http/applets-file.ts";
import { listenHttp } from "../http/listen-http.ts";
import { createRequestThreads } from "../http/request-threads.ts";
import { createInstaller } from "../installs/installer.ts";
import { createRegistry } from "../installs/registry.ts";
import { createMetrics } from "../metrics.ts";
import { createPackageCatalog } from "../packages/package-catalog.ts";
import { openConfinement } from "../processes/confine-executor.ts";
import { endLeftoverProcesses } from "../processes/leftover-processes.ts";
import { createEmbeddedStatus } from "../status/embedded-status.ts";
import { ownVersion } from "../status/own-version.ts";
import { openDatabase } from "../store/database.ts";
import { InstallStore } from "../store/install-store.ts";
import { TaskStore } from "../store/task-store.ts";
import { removeLeftoverFiles } from "../tasks/leftover-files.ts";
import { createRetention } from "../tasks/retention.ts";
import { createTaskRunner } from "../tasks/task-runner.ts";
import { findTelemetry } from "../tracing/find-telemetry.ts";
import { openUploads } from "../uploads/uploads.ts";
import { openWebhooks } from "../webhooks/open-webhooks.ts";
import { openParts } from "./opened-parts.ts";
import { resolveServerOptions, type ServerOptions } from "./options.ts";
import { keepPrivate } from "./private-data.ts";
import { type RunningServer, runningServer } from "./running-server.ts";

/**
 * Starts a Connect server; several may run in one process, each with a data directory of its own.
 * Rejects if the options cannot work, the port is taken, or another server uses the data.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const resolved = resolveServerOptions(options);
  const { log, dataDirectory, packages } = resolved;
  return openParts(async (opened) => {
    const applets = createAppletsFile(resolved.appletsFile);
    await applets.list(); // a mistake in it is told at once
    keepPrivate(dataDirectory, resolved.runAs !== undefined, log);
    const database = await openDatabase(dataDirectory, resolved.sqliteSync);
    const store = new TaskStore(database, resolved);
    opened.add(() => store.close());
    // The database is this server's alone, so the directory is, too.
    const leftovers = endLeftoverProcesses(dataDirectory);
    if (leftovers > 0) log.warn({ leftovers }, "ended processes of a server that was killed");
    await removeLeftoverFiles(dataDirectory, store, resolved);
    const installs = new InstallStore(database);
    const files = createLocalFiles(dataDirectory, { areHandedOver: resolved.runAs !== undefined });
    const broker = await openBroker(log);
    opened.add(() => broker.close());

    const packagesDirectory = join(dataDirectory, "packages");
    const catalog = createPackageCatalog(packages, log, packagesDirectory);
    await catalog.list(); // what is wrong with the packages is told at once
    const cacheDirectory = join(dataDirectory, "npm-cache");
    const installer = createInstaller({
      store: installs,
      catalog,
      log,
      packagesDirectory,
      registry: createRegistry(resolved.registry, resolved.registryToken),
      installLimitBytes: resolved.installLimitBytes,
      installTimeoutMs: resolved.installTimeoutMs,
      stagingDirectory: join(dataDirectory, "staging"),
      npm: { cacheDirectory, allowScripts: resolved.allowScripts },
    });
    opened.add(() => installer.close());
    const { tracing, meter } = await findTelemetry(ownVersion, resolved.spanIds);
    const metrics = createMetrics(() => store.countByStatus(), meter);
    const confinement = await openConfinement(resolved);
    const engine = createEngine({ ...resolved, confinement, broker, catalog, metrics, tracing });
    const runner = createTaskRunner({ ...resolved, store, catalog, engine, files, metrics, tracing });
    opened.add(() => runner.close());

    const webhooks = await openWebhooks({ ...resolved, database, tasks: store, isShared: false, metrics });
    opened.add(() => webhooks.close());
    const uploads = openUploads({ ...resolved, database, files, metrics });
    opened.add(() => uploads.close());
    const retention = createRetention({ ...resolved, store, files });
    opened.add(() => retention.close());

    let isReady = false;
    const closing = new AbortController();
    const readStatus = createEmbeddedStatus({ ...resolved, database, catalog, metrics });
    const routes = {
      catalog,
      store,
      runner,
      files,
      installer,
      installs,
      applets,
      metrics,
      tracing,
      readStatus,
      webhooks,
      uploads,
    };
    const threads = createRequestThreads();
    opened.add(() => threads.close());
    const app = createApp({
      ...resolved,
      ...routes,
      threads,
      limits: resolved,
      closing: closing.signal,
      whyNotReady() {
        if (closing.signal.aborted) return "It is closing.";
        return isReady ? undefined : "It takes up the tasks of its last run.";
      },
    });
    // Before callers can add to it: what they do is no earlier run's.
    const left = { tasks: await store.listUnfinished(), installs: await installs.listUnfinished() };
    const http = await listenHttp(app, resolved, closing);
    opened.add(() => http.close());

    installer.resume(left.installs);
    await runner.resume(left.tasks);
    isReady = true;
    void retention.sweep();
    void uploads.sweep();
    return runningServer(http, resolved, opened);
  });
}
