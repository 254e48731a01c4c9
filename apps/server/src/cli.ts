import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { pino } from "pino";
import { startServer } from "./start-server.ts";
import { messageOf } from "./values.ts";

interface Flags {
  packages: string[];
  host: string;
  port: number;
  data?: string;
  registry?: string;
  allowScripts?: boolean;
  applets?: string;
  tokenFile?: string;
  allowOrigin: string[];
  concurrency?: number;
  spareExecutors?: number;
  taskTimeoutMs?: number;
  taskMemoryMb?: number;
  keepDays?: number;
  keepGb?: number;
  bodyLimitMb?: number;
  uploadLimitGb?: number;
  rateLimit?: number;
  retainEnv: string[];
  logLevel: string;
}

const program = new Command("connect-server")
  .description("Runs OOMOL blocks on this machine behind the Connect HTTP API.")
  .requiredOption("--packages <dir>", "directory of package folders; may be given several times", collect, [])
  .option("--host <address>", "address to listen on; anything but loopback needs a token", "127.0.0.1")
  .option("--port <number>", "port to listen on; 0 takes a free one", wholeNumber, 3000)
  .option("--data <dir>", "where tasks, logs and files are kept (a per-user directory by default)")
  .option("--registry <url>", "where packages are installed from (npm's own registry by default)")
  .option("--allow-scripts", "let packages run programs of their own while they are installed")
  .option("--applets <file>", "JSON or YAML file with the list of applets")
  .option("--token-file <file>", "tokens that callers may use, one a line (see OOMOL_CONNECT_SERVER_TOKENS)")
  .option(
    "--allow-origin <origin>",
    "web origin whose pages may call; may be given several times",
    collect,
    [],
  )
  .option("--concurrency <number>", "tasks that run at once (the number of CPUs by default)", wholeNumber)
  .option(
    "--spare-executors <number>",
    "executors that wait, ready, for blocks that ran lately (2 by default)",
    wholeNumber,
  )
  .option("--task-timeout-ms <number>", "how long a task may run (no limit by default)", positiveNumber)
  .option(
    "--task-memory-mb <number>",
    "memory of a task with all it starts, MiB (no limit by default)",
    positiveNumber,
  )
  .option("--keep-days <number>", "forget tasks that many days after their end", positiveNumber)
  .option("--keep-gb <number>", "forget the oldest tasks when logs and files take more, GiB", positiveNumber)
  .option("--body-limit-mb <number>", "size of a JSON body, MiB (16 by default)", positiveNumber)
  .option("--upload-limit-gb <number>", "size of all files of a request, GiB (16 by default)", positiveNumber)
  .option(
    "--rate-limit <number>",
    "requests a minute of each token, or address (no limit by default)",
    positiveNumber,
  )
  .option(
    "--retain-env <name>",
    "environment variable that blocks may see; may be given several times",
    collect,
    [],
  )
  .option("--log-level <level>", "trace, debug, info, warn, error or silent; logs go to stderr", "warn")
  .addHelpText(
    "after",
    `
Environment:
  OOMOL_CONNECT_SERVER_TOKENS  tokens that callers may use, separated by commas
  OOMOL_...                    passed on to blocks, except OOMOL_CONNECT_...

Data is kept in --data, otherwise in ~/.local/share/oomol-connect-server (XDG_DATA_HOME), on macOS
in ~/Library/Application Support/oomol-connect-server, on Windows in %LOCALAPPDATA%\\oomol-connect-server.

Example:
  connect-server --packages ./packages --port 3000`,
  )
  .action(run);

await program.parseAsync();

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
    const { url } = await starting;
    process.stdout.write(`Connect server listening on ${url}\n`);
    // The callback takes the error where the parent has gone; `disconnect` follows then.
    process.send?.({ type: "ready", url }, undefined, undefined, () => undefined);
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

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError("It must be a number above 0.");
  }
  return number;
}

function scale(number: number | undefined, factor: number): number | undefined {
  return number === undefined ? undefined : Math.floor(number * factor);
}
