import { Command } from "commander";
import { addClusterCommands, type ClusterCommands } from "./cluster/cluster-commands.ts";
import { collect, positive, wholeNumber } from "./flags.ts";

/** What the command line says, option by option. */
export interface Flags {
  packages: string[];
  registry?: string;
  allowScripts?: boolean;
  applets?: string;
  host: string;
  port: number;
  tokenFile?: string;
  allowOrigin?: string[];
  rateLimit?: number;
  bodyLimitMb?: number;
  uploadLimitGb?: number;
  concurrency?: number;
  spareExecutors?: number;
  taskTimeoutMs?: number;
  taskMemoryMb?: number;
  rerunInterrupted?: boolean;
  retainEnv?: string[];
  data?: string;
  keepDays?: number;
  keepGb?: number;
  logLevel: string;
}

/** The command line of `connect-server`. */
export function createCommand(run: (flags: Flags) => Promise<void>, cluster: ClusterCommands): Command {
  const command = new Command("connect-server")
    .description("Runs OOMOL blocks on this machine behind the Connect HTTP API.")
    .configureHelp({ helpWidth: 100 })
    .enablePositionalOptions() // those after `worker` are the worker's
    .usage("[options]\n       connect-server <api | worker | migrate> [options]")
    .optionsGroup("Packages:")
    .option("--packages <dir>", "directory of package folders; may be repeated", collect, [])
    .option("--registry <url>", "where packages are installed from (npm's own by default)")
    .option("--allow-scripts", "let packages run programs of their own while they are installed")
    .option("--applets <file>", "JSON or YAML file with the list of applets")
    .optionsGroup("Callers:")
    .option("--host <address>", "address to listen on; anything but loopback needs a token", "127.0.0.1")
    .option("--port <number>", "port to listen on; 0 takes a free one", wholeNumber, 3000)
    .option("--token-file <file>", "tokens that callers may use, one a line")
    .option("--allow-origin <origin>", "web origin whose pages may call; may be repeated", collect)
    .option("--rate-limit <number>", "requests a minute of each token, or address (no limit)", positive)
    .option("--body-limit-mb <number>", "size of a JSON body in MiB (16 by default)", positive)
    .option("--upload-limit-gb <number>", "size of all files of a request in GiB (16 by default)", positive)
    .optionsGroup("Tasks:")
    .option("--concurrency <number>", "tasks that run at once (the number of CPUs by default)", wholeNumber)
    .option(
      "--spare-executors <number>",
      "executors that stand by for recent blocks (2 by default)",
      wholeNumber,
    )
    .option("--task-timeout-ms <number>", "how long a task may run (no limit by default)", positive)
    .option("--task-memory-mb <number>", "memory of a task with all it starts, in MiB (no limit)", positive)
    .option("--rerun-interrupted", "run tasks again that ran when the server was killed (they fail)")
    .option("--retain-env <name>", "environment variable that blocks may see; may be repeated", collect)
    .optionsGroup("Data and logs:")
    .option("--data <dir>", "where tasks, logs and files are kept (a per-user directory by default)")
    .option("--keep-days <number>", "forget tasks that many days after their end", positive)
    .option("--keep-gb <number>", "forget the oldest tasks when all take more GiB than that", positive)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent; goes to stderr", "warn")
    .optionsGroup("Help:")
    .helpOption("-h, --help", "say all this")
    .addHelpText("after", afterHelp)
    .action(run);
  addClusterCommands(command, cluster);
  return command;
}

const afterHelp = `
Environment:
  OOMOL_CONNECT_SERVER_TOKENS  tokens that callers may use, separated by commas
  OOMOL_CONNECT_REGISTRY_TOKEN for a registry that asks for one (npm's own settings otherwise)
  OOMOL_...                    passed on to blocks, except OOMOL_CONNECT_...

Data is kept in --data, otherwise in ~/.local/share/oomol-connect-server (XDG_DATA_HOME), on macOS
in ~/Library/Application Support/oomol-connect-server, on Windows in %LOCALAPPDATA%\\oomol-connect-server.

Example:
  connect-server --packages ./packages --port 3000`;
