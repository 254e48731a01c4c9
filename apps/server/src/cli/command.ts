import { Command } from "commander";
import { addClusterCommands, type ClusterCommands } from "./cluster-commands.ts";
import {
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
import { positive } from "./flags.ts";

/** What the command line says, option by option. */
export interface Flags extends CallerFlags, RunFlags, LogFlags {
  packages: string[];
  registry?: string;
  allowScripts?: boolean;
  installLimitMb?: number;
  applets?: string;
  rerunInterrupted?: boolean;
  json?: boolean;
  data?: string;
  keepDays?: number;
  keepGb?: number;
}

/** The command line of `connect-server`. */
export function createCommand(run: (flags: Flags) => Promise<void>, cluster: ClusterCommands): Command {
  const command = new Command("connect-server")
    .description("Runs OOMOL blocks on this machine behind the Connect HTTP API.")
    .configureHelp({ helpWidth: 100 })
    .enablePositionalOptions() // those after `worker` are the worker's
    .usage("[options]\n       connect-server <api | worker | migrate> [options]");
  addPackagesOption(command.optionsGroup("Packages:"))
    .option("--registry <url>", "where packages are installed from (npm's own by default)")
    .option("--install-limit-mb <number>", "what an install may unpack, in MiB (500)", positive)
    .option("--allow-scripts", "let packages run programs of their own while they are installed");
  addAppletsOption(command);
  addCallerOptions(command.optionsGroup("Callers:"));
  addRunOptions(command.optionsGroup("Tasks:"), "no limit by default").option(
    "--rerun-interrupted",
    "run tasks again that ran when the server was killed (they fail)",
  );
  command
    .optionsGroup("Data and logs:")
    .option("--data <dir>", "where tasks, logs and files are kept (a per-user directory by default)");
  addKeepDaysOption(command).option(
    "--keep-gb <number>",
    "forget the oldest tasks when all take more GiB than that",
    positive,
  );
  addLogOption(command)
    .option("--json", "print { url, playgroundUrl } once it listens, and nothing else on stdout")
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
