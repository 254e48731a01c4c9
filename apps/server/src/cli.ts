import type { ApiFlags, ClusterFlags, DatabaseFlags, WorkerFlags } from "./cli/cluster-commands.ts";
import { createCommand, type Flags } from "./cli/command.ts";
import { createLog, optionsOf, scale } from "./cli/options-of-flags.ts";
import { runUntilStopped } from "./cli/run-until-stopped.ts";
import { warnOfShownSecrets } from "./cli/warn-of-shown-secrets.ts";
import { hideEnvironment } from "./processes/hide-environment.ts";
import { messageOf } from "./values.ts";

// First: no block that could read it runs yet.
const isHidden = hideEnvironment();

/** What a process needs to close: less than what containers get, and enough if the database answers. */
const closingMs = 8_000;

// Load the code of a command only for that command.
await createCommand(serve, { api, worker, migrate }).parseAsync();

async function serve(flags: Flags): Promise<void> {
  const { registry, allowScripts, rerunInterrupted, sqliteSync } = flags;
  const installLimitBytes = scale(flags.installLimitMb, 2 ** 20);
  await runUntilStopped(
    flags.json ? undefined : "Connect server listening on",
    async () => {
      const { startServer } = await import("./serve/start-server.ts");
      process.umask(flags.runAs === undefined ? 0o077 : 0o022); // the other user reads packages
      const inspectPort = flags.inspectBlocks;
      const keepBytes = scale(flags.keepGb, 2 ** 30);
      const own = {
        registry,
        allowScripts,
        installLimitBytes,
        rerunInterrupted,
        sqliteSync,
        keepBytes,
        inspectPort,
      };
      return startServer({ ...optionsFor(flags), ...own });
    },
    30_000,
  );
}

async function api(flags: ApiFlags): Promise<void> {
  const { attempts, lostAfterSeconds } = flags;
  await runUntilStopped(
    "Connect API listening on",
    async () => {
      const { startApi } = await import("./serve/start-api.ts");
      return startApi({ ...optionsFor(flags), ...clusterOptionsOf(flags), attempts, lostAfterSeconds });
    },
    closingMs,
  );
}

async function worker(flags: WorkerFlags): Promise<void> {
  const drainMs = flags.drainSeconds * 1_000;
  await runUntilStopped(
    "Connect worker ready",
    async () => {
      const { startWorker } = await import("./serve/start-worker.ts");
      return startWorker({ ...optionsFor(flags), ...clusterOptionsOf(flags), drainMs });
    },
    drainMs + closingMs,
  );
}

function optionsFor(flags: Parameters<typeof optionsOf>[0]) {
  const options = optionsOf(flags);
  warnOfShownSecrets(isHidden, options.log);
  return options;
}

function clusterOptionsOf({ database = "", files = "", maxConnections, statementTimeoutMs }: ClusterFlags) {
  return { database, files, maxConnections, statementTimeoutMs };
}

async function migrate({ database = "", logLevel }: DatabaseFlags): Promise<void> {
  try {
    const { migrate } = await import("./cluster/schema.ts");
    process.stdout.write(`${await migrate(database, createLog(logLevel))}\n`);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
