import { type Command, Option } from "commander";
import { collect, positive, wholeNumber } from "./flags.ts";

/** What says where a process listens, and who may call it. */
export interface AddressFlags {
  host: string;
  port?: number;
  tokenFile?: string;
}

/** What says what callers may do. */
export interface CallerFlags extends AddressFlags {
  allowOrigin?: string[];
  rateLimit?: number;
  bodyLimitMb?: number;
  uploadLimitGb?: number;
}

/** What says how tasks are run. */
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
}

/** What `connect-server` and `connect-server api` both take about callers; the rate limit holds for each process. */
export function addCallerOptions(command: Command): Command {
  return addAddressOptions(command, "tokens that callers may use, one a line")
    .option("--port <number>", "port to listen on; 0 takes a free one", wholeNumber, 3000)
    .option("--allow-origin <origin>", "web origin whose pages may call; may be repeated", collect)
    .option("--rate-limit <number>", "requests a minute of each token, or address (no limit)", positive)
    .option("--body-limit-mb <number>", "size of a JSON body in MiB (16 by default)", positive)
    .option("--upload-limit-gb <number>", "size of all files of a request in GiB (16 by default)", positive);
}

/** Where any process listens that does. */
export function addAddressOptions(command: Command, tokens: string): Command {
  return command
    .option("--host <address>", "address to listen on; anything but loopback needs a token", "127.0.0.1")
    .option("--token-file <file>", tokens);
}

/** What `connect-server` and `connect-server worker` both take about tasks; `longest` says what holds without a limit. */
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
        "which tasks may share a process, one after the other: those of a caller and package, or none (caller)",
      ).choices(["caller", "process"]),
    )
    .option("--warm-memory-mb <number>", "memory of all executors that stand by, in MiB (1024)", positive)
    .option("--executor-tasks <number>", "tasks after which an executor is replaced (10000)", positive)
    .option("--executor-minutes <number>", "age at which an executor is replaced (60)", positive)
    .option(
      "--executor-growth-mb <number>",
      "growth at which an executor is replaced, in MiB (256)",
      positive,
    )
    .option(
      "--executor-ready-timeout-ms <number>",
      "how long an executor may take to start (5000 by default); give a busy machine more",
      positive,
    )
    .option("--task-timeout-ms <number>", `how long a task may run (${longest})`, positive)
    .option("--task-memory-mb <number>", "memory of a task with all it starts, in MiB (no limit)", positive)
    .option(
      "--task-log-mb <number>",
      "what a task may log before the rest is dropped, in MiB (256)",
      positive,
    )
    .option(
      "--crash-limit <number>",
      "how many processes of the server a task may take down before it fails (2 by default)",
      wholeNumber,
    )
    .option("--run-as <user>", "run executors as another user of this machine; root starts the server then")
    .addOption(
      new Option(
        "--sandbox <program>",
        "run executors where they see their package and session alone",
      ).choices(["bwrap"]),
    )
    .option("--no-network", "leave executors in the sandbox without a network")
    .option("--retain-env <name>", "environment variable that blocks may see; may be repeated", collect);
}

export function addPackagesOption(command: Command): Command {
  return command.option("--packages <dir>", "directory of package folders; may be repeated", collect, []);
}

export function addAppletsOption(command: Command): Command {
  return command.option("--applets <file>", "JSON or YAML file with the list of applets");
}

export function addKeepDaysOption(command: Command): Command {
  return command.option("--keep-days <number>", "forget tasks that many days after their end", positive);
}

export function addLogOption(command: Command): Command {
  return command.option(
    "--log-level <level>",
    "trace, debug, info, warn, error or silent; goes to stderr",
    "warn",
  );
}
