import { readFileSync } from "node:fs";
import { type Logger, pino } from "pino";
import type { ApiFlags, DatabaseFlags, WorkerFlags } from "./cluster/cluster-commands.ts";
import { createCommand, type Flags } from "./command.ts";
import { startServer } from "./start-server.ts";
import { messageOf } from "./values.ts";

// What a cluster needs is loaded only for its commands.
await createCommand(serve, { api, worker, migrate }).parseAsync();

async function serve(flags: Flags): Promise<void> {
  await runUntilStopped("Connect server listening on", () =>
    startServer({
      packages: flags.packages,
      host: flags.host,
      port: flags.port,
      dataDirectory: flags.data,
      registry: flags.registry,
      allowScripts: flags.allowScripts,
      appletsFile: flags.applets,
      tokens: readTokens(flags.tokenFile),
      allowedOrigins: flags.allowOrigin,
      concurrency: flags.concurrency,
      spareExecutors: flags.spareExecutors,
      taskTimeoutMs: flags.taskTimeoutMs,
      rerunInterrupted: flags.rerunInterrupted,
      taskMemoryBytes: scale(flags.taskMemoryMb, 2 ** 20),
      keepMs: scale(flags.keepDays, 86_400_000),
      keepBytes: scale(flags.keepGb, 2 ** 30),
      bodyLimitBytes: scale(flags.bodyLimitMb, 2 ** 20),
      uploadLimitBytes: scale(flags.uploadLimitGb, 2 ** 30),
      requestsPerMinute: flags.rateLimit,
      retainedVariables: flags.retainEnv,
      log: logTo(flags.logLevel),
    }),
  );
}

async function api(flags: ApiFlags): Promise<void> {
  await runUntilStopped("Connect API listening on", async () => {
    const { startApi } = await import("./cluster/start-api.ts");
    return startApi({
      database: flags.database ?? "",
      files: flags.files ?? "",
      dataDirectory: flags.data,
      maxConnections: flags.maxConnections,
      host: flags.host,
      port: flags.port,
      tokens: readTokens(flags.tokenFile),
      allowedOrigins: flags.allowOrigin,
      requestsPerMinute: flags.rateLimit,
      bodyLimitBytes: scale(flags.bodyLimitMb, 2 ** 20),
      uploadLimitBytes: scale(flags.uploadLimitGb, 2 ** 30),
      appletsFile: flags.applets,
      attempts: flags.attempts,
      lostAfterSeconds: flags.lostAfterSeconds,
      keepMs: scale(flags.keepDays, 86_400_000),
      log: logTo(flags.logLevel),
    });
  });
}

async function worker(flags: WorkerFlags): Promise<void> {
  await runUntilStopped("Connect worker ready", async () => {
    const { startWorker } = await import("./cluster/start-worker.ts");
    return startWorker({
      database: flags.database ?? "",
      files: flags.files ?? "",
      dataDirectory: flags.data,
      maxConnections: flags.maxConnections,
      packages: flags.packages,
      concurrency: flags.concurrency,
      spareExecutors: flags.spareExecutors,
      taskTimeoutMs: flags.taskTimeoutMs,
      taskMemoryBytes: scale(flags.taskMemoryMb, 2 ** 20),
      retainedVariables: flags.retainEnv,
      drainMs: flags.drainSeconds * 1_000,
      host: flags.host,
      port: flags.port,
      tokens: readTokens(flags.tokenFile),
      log: logTo(flags.logLevel),
    });
  });
}

async function migrate({ database = "", logLevel }: DatabaseFlags): Promise<void> {
  try {
    const { migrate } = await import("./cluster/schema.ts");
    process.stdout.write(`${await migrate(database, logTo(logLevel))}\n`);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

interface Running {
  url: string | undefined;
  playgroundUrl?: string | undefined;
  close(): Promise<void>;
}

async function runUntilStopped(sentence: string, start: () => Promise<Running>): Promise<void> {
  // A parent that died took the other end of the pipes with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    const starting = start();
    // From the start: queued tasks of an earlier run may have executors before this resolves.
    stopOnSignals(async () => (await starting).close());
    const { url, playgroundUrl } = await starting;
    process.stdout.write(`${url === undefined ? sentence : `${sentence} ${url}`}\n`);
    if (playgroundUrl) process.stdout.write(`Playground: ${playgroundUrl}\n`);
    // The callback takes the error where the parent has gone; `disconnect` follows then.
    process.send?.({ type: "ready", url, playgroundUrl }, undefined, undefined, () => undefined);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
}

function logTo(level: string): Logger {
  return pino({ level }, pino.destination({ fd: 2, sync: true }));
}

/** Lines of the file and items of the variable; comments and blanks do not count. */
function readTokens(file: string | undefined): string[] {
  const lines = file === undefined ? [] : readFileSync(file, "utf8").split(/\r?\n/);
  const listed = (process.env.OOMOL_CONNECT_SERVER_TOKENS ?? "").split(",");
  return [...lines.filter((line) => !line.startsWith("#")), ...listed]
    .map((token) => token.trim())
    .filter(Boolean);
}

function stopOnSignals(close: () => Promise<void>): void {
  const stop = () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop); // the parent is gone
}

function scale(number: number | undefined, factor: number): number | undefined {
  return number === undefined ? undefined : Math.floor(number * factor);
}
