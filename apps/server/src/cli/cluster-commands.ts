import { Command, Option } from "commander";
import {
  type AddressFlags,
  addAddressOptions,
  addAppletsOption,
  addCallerOptions,
  addKeepDaysOption,
  addLogOption,
  addPackagesOption,
  addRunOptions,
  addTracesOption,
  type CallerFlags,
  type LogFlags,
  type RunFlags,
} from "./command-options.ts";
import { wholeNumber } from "./flags.ts";

/** One function for each command, called with its flags. */
export interface ClusterCommands {
  api(flags: ApiFlags): Promise<void>;
  worker(flags: WorkerFlags): Promise<void>;
  migrate(flags: DatabaseFlags): Promise<void>;
}

export interface DatabaseFlags extends LogFlags {
  /** `undefined` if neither the command line nor the environment names one. */
  database?: string;
}

export interface ClusterFlags extends DatabaseFlags {
  files?: string;
  data?: string;
  maxConnections?: number;
  statementTimeoutMs?: number;
}

export interface ApiFlags extends ClusterFlags, CallerFlags {
  applets?: string;
  attempts?: number;
  lostAfterSeconds?: number;
  keepDays?: number;
}

export interface WorkerFlags extends ClusterFlags, RunFlags, AddressFlags {
  packages: string[];
  drainSeconds: number;
}

/** `connect-server api`, `worker` and `migrate`: a server on many machines. */
export function addClusterCommands(command: Command, { api, worker, migrate }: ClusterCommands): void {
  command.commandsGroup("On several machines, with PostgreSQL:");
  command.addCommand(apiCommand().action(api));
  command.addCommand(workerCommand().action(worker));
  command.addCommand(migrateCommand().action(migrate));
}

function apiCommand(): Command {
  const command = withCluster(
    start("api", "Answers callers. Any number of API processes share one database."),
  );
  addAppletsOption(addCallerOptions(command.optionsGroup("Callers:")))
    .optionsGroup("Tasks:")
    .option("--attempts <number>", "attempts at a task whose workers are lost (3 by default)", wholeNumber)
    .option(
      "--lost-after-seconds <number>",
      "silence after which a worker is lost (20 by default, at least 10)",
      wholeNumber,
    );
  return addKeepDaysOption(command).addHelpText("after", environmentHelp);
}

function workerCommand(): Command {
  const command = withCluster(start("worker", "Runs tasks of its own packages."));
  addPackagesOption(command.optionsGroup("Tasks:"));
  addRunOptions(command, "a day at most")
    .option("--drain-seconds <number>", "time that running tasks get after SIGTERM", wholeNumber, 20)
    .optionsGroup("Health and metrics:")
    .option("--port <number>", "port of /healthz, /readyz and /metrics (none by default)", wholeNumber);
  return addAddressOptions(command, "file of tokens that may read /metrics, one per line").addHelpText(
    "after",
    environmentHelp,
  );
}

function migrateCommand(): Command {
  return withDatabase(
    start("migrate", "Brings the database up to date. Run it before you start a new version."),
  );
}

function start(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .configureHelp({ helpWidth: 100 })
    .helpOption("-h, --help", "show this help");
}

function withDatabase(command: Command): Command {
  command
    .optionsGroup("Shared by all processes:")
    .addOption(
      new Option("--database <url>", "postgres://user@host:5432/name").env("OOMOL_CONNECT_DATABASE"),
    );
  return addLogOption(command);
}

function withCluster(command: Command): Command {
  return addTracesOption(withDatabase(command))
    .addOption(
      new Option("--files <place>", "s3://BUCKET/PREFIX, or a folder that every machine sees").env(
        "OOMOL_CONNECT_FILES",
      ),
    )
    .option("--data <dir>", "parent of the scratch directory (the system's temporary directory by default)")
    .option(
      "--max-connections <number>",
      "connections to the database (10 by default), plus one that listens",
      wholeNumber,
    )
    .option(
      "--statement-timeout-ms <number>",
      "time that a statement of the database may take (8000 by default)",
      wholeNumber,
    );
}

const environmentHelp = `
Environment:
  OOMOL_CONNECT_DATABASE       as --database; other users can see a password on the command line
  PGPASSWORD, PGPASSFILE       its password, or a file of passwords, if the address has none
  OOMOL_CONNECT_FILES          as --files
  OTEL_...                     settings of OpenTelemetry for --traces
  AWS_...                      credentials, region and AWS_ENDPOINT_URL_S3 for s3://
  OOMOL_CONNECT_SERVER_TOKENS  tokens that callers may use, separated by commas`;
