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
  type CallerFlags,
  type LogFlags,
  type RunFlags,
} from "./command-options.ts";
import { wholeNumber } from "./flags.ts";

/** What each command does with what its command line says. */
export interface ClusterCommands {
  api(flags: ApiFlags): Promise<void>;
  worker(flags: WorkerFlags): Promise<void>;
  migrate(flags: DatabaseFlags): Promise<void>;
}

export interface DatabaseFlags extends LogFlags {
  /** `undefined` where neither the command line nor the environment names one. */
  database?: string;
}

export interface ClusterFlags extends DatabaseFlags {
  files?: string;
  data?: string;
  maxConnections?: number;
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
  const command = withCluster(start("api", "Answers callers; any number of processes share a database."));
  addAppletsOption(addCallerOptions(command.optionsGroup("Callers:")))
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
    );
  return addKeepDaysOption(command).addHelpText("after", environmentHelp);
}

function workerCommand(): Command {
  const command = withCluster(start("worker", "Runs tasks of the packages that it has."));
  addPackagesOption(command.optionsGroup("Tasks:"));
  addRunOptions(command, "a day at most")
    .option("--drain-seconds <number>", "how long running tasks may go on after SIGTERM", wholeNumber, 20)
    .optionsGroup("Health and metrics:")
    .option("--port <number>", "port of /healthz, /readyz and /metrics (none by default)", wholeNumber);
  return addAddressOptions(command, "tokens that may read /metrics, one a line").addHelpText(
    "after",
    environmentHelp,
  );
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
  command
    .optionsGroup("Shared by all processes:")
    .addOption(
      new Option("--database <url>", "postgres://user@host:5432/name").env("OOMOL_CONNECT_DATABASE"),
    );
  return addLogOption(command);
}

function withCluster(command: Command): Command {
  return withDatabase(command)
    .addOption(
      new Option("--files <place>", "s3://BUCKET/PREFIX, or a folder that every machine sees").env(
        "OOMOL_CONNECT_FILES",
      ),
    )
    .option("--data <dir>", "where its scratch directory is made (the system's temporary one by default)")
    .option(
      "--max-connections <number>",
      "connections to the database (10 by default), besides one that listens",
      wholeNumber,
    );
}

const environmentHelp = `
Environment:
  OOMOL_CONNECT_DATABASE       as --database; a password on the command line is seen by everyone here
  OOMOL_CONNECT_FILES          as --files
  AWS_...                      credentials, region and AWS_ENDPOINT_URL_S3 for s3://
  OOMOL_CONNECT_SERVER_TOKENS  tokens that callers may use, separated by commas`;
