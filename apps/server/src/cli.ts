import type { ApiFlags, ClusterFlags, DatabaseFlags, WorkerFlags } from "./cluster/cluster-commands.ts";
import { createCommand, type Flags } from "./command.ts";
import { createLog, optionsOf, scale } from "./options-of-flags.ts";
import { runUntilStopped } from "./run-until-stopped.ts";
import { messageOf } from "./values.ts";

// What one command needs is loaded only for it.
await createCommand(serve, { api, worker, migrate }).parseAsync();

async function serve(flags: Flags): Promise<void> {
  const { registry, allowScripts, rerunInterrupted } = flags;
  await runUntilStopped("Connect server listening on", async () => {
    const { startServer } = await import("./start-server.ts");
    const own = { registry, allowScripts, rerunInterrupted, keepBytes: scale(flags.keepGb, 2 ** 30) };
    return startServer({ ...optionsOf(flags), ...own });
  });
}

async function api(flags: ApiFlags): Promise<void> {
  const { attempts, lostAfterSeconds } = flags;
  await runUntilStopped("Connect API listening on", async () => {
    const { startApi } = await import("./cluster/start-api.ts");
    return startApi({ ...optionsOf(flags), ...clusterOptionsOf(flags), attempts, lostAfterSeconds });
  });
}

async function worker(flags: WorkerFlags): Promise<void> {
  await runUntilStopped("Connect worker ready", async () => {
    const { startWorker } = await import("./cluster/start-worker.ts");
    const drainMs = flags.drainSeconds * 1_000;
    return startWorker({ ...optionsOf(flags), ...clusterOptionsOf(flags), drainMs });
  });
}

function clusterOptionsOf({ database = "", files = "", maxConnections }: ClusterFlags) {
  return { database, files, maxConnections };
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
