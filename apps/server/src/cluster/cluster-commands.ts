import { Command, Option } from "commander";
import { collect, positive, wholeNumber } from "../flags.ts";

/** What each command does with what its command line says. */
export interface ClusterCommands {
  api(flags: ApiFlags): Promise<void>;
  worker(flags: WorkerFlags): Promise<void>;
  migrate(flags: DatabaseFlags): Promise<void>;
}

export interface DatabaseFlags {
  /** `undefined` where neither the command line nor the environment names one. */
  database?: string;
  logLevel: string;
}

interface ClusterFlags extends DatabaseFlags {
  files?: string;
  data?: string;
  maxConnections?: number;
}

export interface ApiFlags extends ClusterFlags {
  host: string;
  port: number;
  tokenFile?: string;
  allowOrigin?: string[];
  rateLimit?: number;
  bodyLimitMb?: number;
  uploadLimitGb?: number;
  applets?: string;
  attempts?: number;
  lostAfterSeconds?: number;
  keepDays?: number;
}

export interface WorkerFlags extends ClusterFlags {
  packages: string[];
  concurrency?: number;
  spareExecutors?: number;
  taskTimeoutMs?: number;
  taskMemoryMb?: number;
  retainEnv?: string[];
  drainSeconds: number;
  host: string;
  port?: number;
  tokenFile?: string;
}

/** `connect-server api`, `worker` and `migrate`: a server on many machines. */
export function addClusterCommands(command: Command, { api, worker, migrate }: ClusterCommands): void {
  command.commandsGroup("On several machines, with PostgreSQL:");
  command.addCommand(apiCommand().action(api));
  command.addCommand(workerCommand().action(worker));
  command.addCommand(migrateCommand().action(migrate));
}

function apiCommand(): Command {
  return withCluster(start("api", "Answers callers; any number of processes share a database."))
    .optionsGroup("Callers:")
    .option("--host <address>", "address to listen on; anything but loopback needs a token", "127.0.0.1")
    .option("--port <number>", "port to listen on; 0 takes a free one", wholeNumber, 3000)
    .option("--token-file <file>", "tokens that callers may use, one a line")
    .option("--allow-origin <origin>", "web origin whose pages may call; may be repeated", collect)
    .option("--rate-limit <number>", "requests a minute of each token, or address, in this process", positive)
    .option("--body-limit-mb <number>", "size of a JSON body in MiB (16 by default)", positive)
    .option("--upload-limit-gb <number>", "size of all files of a request in GiB (16 by default)", positive)
    .option("--applets <file>", "JSON or YAML file with the list of applets")
    .optionsGroup("Tasks:")
    .option(
      "--attempts <number>",
      "how often a task is tried whose worker is lost (3 by default)",
      wholeNumber,
    )
    .option(
      "--lost-after-seconds <number>",
      "how long a worker may be silent (20 by default, at least 10)",
      wholeNumber,
    )
    .option("--keep-days <number>", "forget tasks that many days after their end", positive)
    .addHelpText("after", environmentHelp);
}

function workerCommand(): Command {
  return withCluster(start("worker", "Runs tasks of the packages that it has."))
    .optionsGroup("Tasks:")
    .option("--packages <dir>", "directory of package folders; may be repeated", collect, [])
    .option("--concurrency <number>", "tasks that run at once (the number of CPUs by default)", wholeNumber)
    .option(
      "--spare-executors <number>",
      "executors that stand by for recent blocks (2 by default)",
      wholeNumber,
    )
    .option("--task-timeout-ms <number>", "how long a task may run (a day at most)", positive)
    .option("--task-memory-mb <number>", "memory of a task with all it starts, in MiB (no limit)", positive)
    .option("--retain-env <name>", "environment variable that blocks may see; may be repeated", collect)
    .option("--drain-seconds <number>", "how long running tasks may go on after SIGTERM", wholeNumber, 20)
    .optionsGroup("Health and metrics:")
    .option("--host <address>", "address to listen on; anything but loopback needs a token", "127.0.0.1")
    .option("--port <number>", "port of /healthz, /readyz and /metrics (none by default)", wholeNumber)
    .option("--token-file <file>", "tokens that may read /metrics, one a line")
    .addHelpText("after", environmentHelp);
}

function migrateCommand(): Command {
  return withDatabase(
    start("migrate", "Brings the database up to date; run it before a new version is started."),
  );
}

function start(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .configureHelp({ helpWidth: 100 })
    .helpOption("-h, --help", "say all this");
}

function withDatabase(command: Command): Command {
  return command
    .optionsGroup("Shared by all processes:")
    .addOption(new Option("--database <url>", "postgres://user@host:5432/name").env("OOMOL_CONNECT_DATABASE"))
    .option("--log-level <level>", "trace, debug, info, warn, error or silent; goes to stderr", "warn");
}

function withCluster(command: Command): Command {
  return withDatabase(command)
    .addOption(
      new Option("--files <place>", "s3://BUCKET/PREFIX, or a folder that every machine sees").env(
        "OOMOL_CONNECT_FILES",
      ),
    )
    .option("--data <dir>", "where its scratch directory is made (the system's temporary one by default)")
    .option("--max-connections <number>", "connections to the database (10 by default, and 1)", wholeNumber);
}

const environmentHelp = `
Environment:
  OOMOL_CONNECT_DATABASE       as --database; a password on the command line is seen by everyone here
  OOMOL_CONNECT_FILES          as --files
  AWS_...                      credentials, region and AWS_ENDPOINT_URL_S3 for s3://
  OOMOL_CONNECT_SERVER_TOKENS  tokens that callers may use, separated by commas`;
