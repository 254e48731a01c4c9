import { readFileSync } from "node:fs";
import { pino } from "pino";
import { createCommand, type Flags } from "./command.ts";
import { startServer } from "./start-server.ts";
import { messageOf } from "./values.ts";

await createCommand(run).parseAsync();

async function run(flags: Flags): Promise<void> {
  // A parent that died took the other end of the pipes with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    const starting = startServer({
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
      log: pino({ level: flags.logLevel }, pino.destination({ fd: 2, sync: true })),
    });
    // From the start: queued tasks of an earlier run may have executors before this resolves.
    stopOnSignals(async () => (await starting).close());
    const { url, playgroundUrl } = await starting;
    process.stdout.write(`Connect server listening on ${url}\n`);
    if (playgroundUrl) process.stdout.write(`Playground: ${playgroundUrl}\n`);
    // The callback takes the error where the parent has gone; `disconnect` follows then.
    process.send?.({ type: "ready", url, playgroundUrl }, undefined, undefined, () => undefined);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
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
