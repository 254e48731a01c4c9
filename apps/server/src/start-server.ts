import type { Server } from "node:http";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { createAppletsFile } from "./applets-file.ts";
import { openBroker } from "./broker.ts";
import { createExecutorEngine } from "./engine/executor-engine.ts";
import { endLeftoverProcesses } from "./engine/leftover-processes.ts";
import { createOocanaEngine } from "./engine/oocana-engine.ts";
import { createSessionEngine } from "./engine/session-engine.ts";
import { createTaskRunner } from "./engine/task-runner.ts";
import { createApp } from "./http/app.ts";
import { removeLeftoverFiles } from "./leftover-files.ts";
import { createMetrics } from "./metrics.ts";
import { resolveServerOptions, type ServerOptions } from "./options.ts";
import { createInstaller } from "./packages/installer.ts";
import { createPackageCatalog } from "./packages/package-catalog.ts";
import { createRegistry } from "./packages/registry.ts";
import { createRetention } from "./retention.ts";
import { openDatabase } from "./store/database.ts";
import { InstallStore } from "./store/install-store.ts";
import { TaskStore } from "./store/task-store.ts";

/** A server that accepts tasks. */
export interface RunningServer {
  /** What a client takes as its base URL: `http://127.0.0.1:3000/api`. */
  readonly url: string;
  /** Where a browser finds the playground; `undefined` where it has not been built. */
  readonly playgroundUrl: string | undefined;
  /** Stops everything that was started: HTTP, executors, broker, database. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts a Connect server; several may run in one process, each with a data directory of its own.
 * Rejects where the options cannot work, the port is taken, or another server uses the data.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const resolved = resolveServerOptions(options);
  const { log, dataDirectory, packages, host, port } = resolved;
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };

  try {
    const applets = createAppletsFile(resolved.appletsFile);
    await applets.list(); // a mistake in it is told at once
    const database = await openDatabase(dataDirectory);
    const store = new TaskStore(database);
    opened.push(() => store.close());
    // The database is this server's alone, so the directory is, too.
    const leftovers = endLeftoverProcesses(dataDirectory);
    if (leftovers > 0) log.warn({ leftovers }, "ended processes of a server that was killed");
    await removeLeftoverFiles(dataDirectory, store);
    const installs = new InstallStore(database);
    const broker = await openBroker(log);
    opened.push(() => broker.close());

    const packagesDirectory = join(dataDirectory, "packages");
    const catalog = createPackageCatalog([...packages, packagesDirectory], log);
    const cacheDirectory = join(dataDirectory, "npm-cache");
    const installer = createInstaller({
      ...{ store: installs, catalog, log, packagesDirectory },
      registry: createRegistry(resolved.registry, resolved.registryToken, cacheDirectory),
      stagingDirectory: join(dataDirectory, "staging"),
      npm: { cacheDirectory, allowScripts: resolved.allowScripts },
    });
    opened.push(() => installer.close());
    const metrics = createMetrics(() => store.countByStatus());
    const engine = createSessionEngine({
      blocks: createExecutorEngine({ ...resolved, broker, catalog, metrics }),
      flows: createOocanaEngine({ ...resolved, broker, catalog }),
    });
    const runner = createTaskRunner({ ...resolved, store, catalog, engine, metrics });
    opened.push(() => runner.close());

    const retention = createRetention({ ...resolved, store });
    opened.push(() => retention.close());

    let isReady = false;
    const closing = new AbortController();
    const routes = { catalog, store, runner, installer, installs, applets, metrics };
    const app = createApp({
      ...{ ...resolved, ...routes, limits: resolved, closing: closing.signal },
      isReady: () => isReady && !closing.signal.aborted,
    });
    // A server for HTTP/1 is what it makes unless told otherwise.
    const serverOptions = { maxHeaderSize: maxHeaderBytes };
    const http = createAdaptorServer({ fetch: app.fetch, serverOptions }) as Server;
    http.requestTimeout = 0; // an upload may take longer than five minutes
    opened.push(() => closeHttp(http, closing));

    const origin = `http://${await listen(http, host, port)}`;
    await installer.resume();
    await runner.resume();
    isReady = true;
    void retention.sweep();
    let closed: Promise<void> | undefined;
    return {
      url: `${origin}/api`,
      playgroundUrl: resolved.playgroundDirectory && `${origin}/`,
      close: () => {
        closed ??= closeAll();
        return closed;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function listen(http: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, resolve);
  });
  const bound = http.address();
  if (bound === null || typeof bound === "string") throw new Error("The HTTP server has no TCP port.");
  return `${host.includes(":") ? `[${host}]` : host}:${bound.port}`;
}

/** Answers that are held go out, then connections are cut. */
async function closeHttp(http: Server, closing: AbortController): Promise<void> {
  if (!http.listening) return;
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  closing.abort();
  http.closeIdleConnections();
  const timer = setTimeout(() => http.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(timer);
}

const drainMs = 500;
const maxHeaderBytes = 16 * 1024;
