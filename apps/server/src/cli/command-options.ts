import { type Command, Option } from "commander";
import { collect, positive, wholeNumber } from "./flags.ts";

/** Flags for the address of a process, and for its tokens. */
export interface AddressFlags {
  host: string;
  port?: number;
  tokenFile?: string;
}

/** Flags for callers and their limits. */
export interface CallerFlags extends AddressFlags {
  allowOrigin?: string[];
  rateLimit?: number;
  bodyLimitMb?: number;
  uploadLimitGb?: number;
  uploadsLimitGb?: number;
  uploadHours?: number;
  webhookAllow?: string[];
}

/** Flags for the running of tasks. */
export interface RunFlags {
  concurrency?: number;
  isolation?: "caller" | "process";
  spareExecutors?: number;
  warmMemoryMb?: number;
  executorTasks?: number;
  executorMinutes?: number;
  executorGrowthMb?: number;
  executorReadyTimeoutMs?: number;
  taskTimeoutMs?: number;
  taskMemoryMb?: number;
  taskLogMb?: number;
  crashLimit?: number;
  runAs?: string;
  sandbox?: "bwrap";
  /** False for `--no-network`. */
  network?: boolean;
  retainEnv?: string[];
}

export interface LogFlags {
  logLevel: string;
  traces?: boolean;
}

/** The caller flags of `connect-server` and `connect-server api`; the rate limit applies to each process. */
export function addCallerOptions(command: Command): Command {
  return addAddressOptions(
    command,
    "file of tokens that callers may use, one per line, each with a name and roles or bare",
  )
    .option("--port <number>", "port to listen on; 0 for a free one", wholeNumber, 3000)
    .option("--allow-origin <origin>", "web origin whose pages may call; repeatable", collect)
    .option("--rate-limit <number>", "requests per minute for each caller or address (no limit)", positive)
    .option("--body-limit-mb <number>", "size of a JSON body in MiB (16 by default)", positive)
    .option(
      "--upload-limit-gb <number>",
      "size of all files of a request, or of one resumable upload, in GiB (16 by default)",
      positive,
    )
    .option(
      "--uploads-limit-gb <number>",
      "size of a caller's resumable uploads that no task has taken, in GiB (64 by default)",
      positive,
    )
    .option(
      "--upload-hours <number>",
      "hours after which an upload is forgotten that nothing was written to (24 by default)",
      positive,
    )
    .option(
      "--webhook-allow <range>",
      "address or range (10.1.0.0/16) that webhooks may be sent to though it is not public; repeatable",
      collect,
    );
}

/** The address flags of every process that listens. */
export function addAddressOptions(command: Command, tokens: string): Command {
  return command
    .option("--host <address>", "address to listen on; anything but loopback needs a token", "127.0.0.1")
    .option("--token-file <file>", tokens);
}

/** The task flags of `connect-server` and `connect-server worker`; `longest` describes the default of the time limit. */
export function addRunOptions(command: Command, longest: string): Command {
  return command
    .option("--concurrency <number>", "tasks that run at once (the number of CPUs by default)", wholeNumber)
    .option(
      "--spare-executors <number>",
      "executors that stand by for recent blocks (2 by default)",
      wholeNumber,
    )
    .addOption(
      new Option(
        "--isolation <unit>",
        "tasks that may share a process, one after the other: those of one caller and package (default), or none",
      ).choices(["caller", "process"]),
    )
    .option("--warm-memory-mb <number>", "memory of all executors that stand by, in MiB (1024)", positive)
    .option("--executor-tasks <number>", "tasks after which an executor is replaced (10000)", positive)
    .option("--executor-minutes <number>", "age after which an executor is replaced (60)", positive)
    .option(
      "--executor-growth-mb <number>",
      "memory growth after which an executor is replaced, in MiB (256)",
      positive,
    )
    .option(
      "--executor-ready-timeout-ms <number>",
      "timeout for the start of an executor (5000 by default); raise it on a busy machine. Not for flows, whose engine allows 5000",
      positive,
    )
    .option("--task-timeout-ms <number>", `timeout of a task (${longest})`, positive)
    .option(
      "--task-memory-mb <number>",
      "memory of a task with all its processes, in MiB (no limit)",
      positive,
    )
    .option(
      "--task-log-mb <number>",
      "what a task may log before the rest is dropped, in MiB (256)",
      positive,
    )
    .option(
      "--crash-limit <number>",
      "deaths of the server's process during a task after which the task fails (2 by default)",
      wholeNumber,
    )
    .option("--run-as <user>", "run executors as another user (start the server as root)")
    .addOption(
      new Option("--sandbox <program>", "confine executors to their package and session").choices(["bwrap"]),
    )
    .option("--no-network", "no network for executors in the sandbox")
    .option("--retain-env <name>", "environment variable that blocks may see; repeatable", collect);
}

export function addPackagesOption(command: Command): Command {
  const option = new Option("--packages <dir>", "directory of package folders; repeatable");
  return command.addOption(option.argParser(collect).default([], "none"));
}

export function addAppletsOption(command: Command): Command {
  return command.option("--applets <file>", "JSON or YAML file with the list of applets");
}

export function addKeepDaysOption(command: Command): Command {
  return command.option("--keep-days <number>", "delete tasks this many days after their end", positive);
}

export function addTracesOption(command: Command): Command {
  return command.option(
    "--traces",
    "export traces and metrics by OpenTelemetry, as its variables (OTEL_...) say; needs @opentelemetry/sdk-node",
  );
}

export function addLogOption(command: Command): Command {
  return command.option(
    "--log-level <level>",
    "trace, debug, info, warn, error or silent; the log goes to stderr",
    "warn",
  );
}
