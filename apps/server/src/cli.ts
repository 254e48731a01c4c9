import type { ApiFlags, ClusterFlags, DatabaseFlags, WorkerFlags } from "./cli/cluster-commands.ts";
import { createCommand, type Flags } from "./cli/command.ts";
import { followTokens } from "./cli/follow-tokens.ts";
import { createLog, optionsOf, type SharedFlags, scale } from "./cli/options-of-flags.ts";
import { runUntilStopped } from "./cli/run-until-stopped.ts";
import { warnOfShownSecrets } from "./cli/warn-of-shown-secrets.ts";
import { hideEnvironment } from "./processes/hide-environment.ts";
import type { RunningServer } from "./serve/running-server.ts";
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
      return withTokens(flags, (options) => startServer({ ...options, ...own }));
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
      const own = { ...clusterOptionsOf(flags), attempts, lostAfterSeconds };
      return withTokens(flags, (options) => startApi({ ...options, ...own }));
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
      const own = { ...clusterOptionsOf(flags), drainMs };
      return withTokens(flags, (options) => startWorker({ ...options, ...own }));
    },
    drainMs + closingMs,
  );
}

/** Starts a process with these flags, whose tokens are those of the file as long as it runs. */
async function withTokens<Running extends Pick<RunningServer, "setTokens" | "close">>(
  flags: SharedFlags,
  start: (options: ReturnType<typeof optionsOf>) => Promise<Running>,
): Promise<Running> {
  const options = optionsOf(flags);
  warnOfShownSecrets(isHidden, options.log);
  const telemetry = flags.traces ? await startTelemetry() : undefined;
  const running = await start({ ...options, spanIds: telemetry?.spanIds });
  const stopFollowing =
    flags.tokenFile === undefined ? undefined : followTokens(flags.tokenFile, running.setTokens, options.log);
  return {
    ...running,
    async close() {
      stopFollowing?.();
      await running.close();
      await telemetry?.end();
    },
  };
}

async function startTelemetry() {
  const { startOpenTelemetry } = await import("./cli/start-open-telemetry.ts");
  return startOpenTelemetry();
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
