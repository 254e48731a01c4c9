import { Command, Option } from "commander";
import { ownVersion } from "../status/own-version.ts";
import { addClusterCommands, type ClusterCommands } from "./cluster-commands.ts";
import {
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
import { positive, wholeNumber } from "./flags.ts";

/** The flags of the command line. */
export interface Flags extends CallerFlags, RunFlags, LogFlags {
  packages: string[];
  registry?: string;
  allowScripts?: boolean;
  installLimitMb?: number;
  applets?: string;
  rerunInterrupted?: boolean;
  inspectBlocks?: number;
  json?: boolean;
  data?: string;
  keepDays?: number;
  keepGb?: number;
  sqliteSync?: "full" | "normal";
}

/** The command line of `connect-server`. */
export function createCommand(run: (flags: Flags) => Promise<void>, cluster: ClusterCommands): Command {
  const command = new Command("connect-server")
    .description("Runs OOMOL blocks on this machine behind the Connect HTTP API.")
    .configureHelp({ helpWidth: 100 })
    .enablePositionalOptions() // those after `worker` are the worker's
    .usage("[options]\n       connect-server <api | worker | migrate> [options]");
  addPackagesOption(command.optionsGroup("Packages:"))
    .option("--registry <url>", "registry to install packages from (npm's own by default)")
    .option("--install-limit-mb <number>", "limit of what an installation unpacks, in MiB (500)", positive)
    .option("--allow-scripts", "let packages run scripts during their installation");
  addAppletsOption(command);
  addCallerOptions(command.optionsGroup("Callers:"));
  addRunOptions(command.optionsGroup("Tasks:"), "no limit by default")
    .option(
      "--rerun-interrupted",
      "run interrupted tasks again after a kill of the server (by default they fail)",
    )
    .option(
      "--inspect-blocks <port>",
      "let each Node.js block wait for a debugger on this port, one at a time; for development alone",
      wholeNumber,
    );
  command
    .optionsGroup("Data and logs:")
    .option("--data <dir>", "directory for tasks, logs and files (a directory of the user by default)");
  addKeepDaysOption(command).option(
    "--keep-gb <number>",
    "delete the oldest tasks if all take more GiB than this",
    positive,
  );
  command.addOption(
    new Option(
      "--sqlite-sync <mode>",
      "whether each transaction waits for the disk (full) or the system (normal, the default)",
    ).choices(["full", "normal"]),
  );
  addTracesOption(addLogOption(command))
    .option("--json", "print only { url, playgroundUrl } to stdout, once the server listens")
    .optionsGroup("Help:")
    .version(ownVersion, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", afterHelp)
    .action(run);
  addClusterCommands(command, cluster);
  return command;
}

const afterHelp = `
Environment:
  OOMOL_CONNECT_SERVER_TOKENS  tokens that callers may use, separated by commas
  OOMOL_CONNECT_REGISTRY_TOKEN for a registry that needs a token (npm's own settings otherwise)
  OTEL_...                     settings of OpenTelemetry for --traces
  OOMOL_...                    passed on to blocks, except OOMOL_CONNECT_...

Data is kept in --data, by default in ~/.local/share/oomol-connect-server (XDG_DATA_HOME), on macOS
in ~/Library/Application Support/oomol-connect-server, on Windows in %LOCALAPPDATA%\\oomol-connect-server.

Example:
  connect-server --packages ./packages --port 3000`;
