import { spawn } from "node:child_process";
import type { Command } from "commander";

/** `oomol-connect serve`: the server program, with its own flags. */
export function addServeCommand(program: Command): void {
  const command = program
    .command("serve")
    .description(
      "Serve folders of packages on this machine, with the playground; accepts the flags of connect-server.",
    )
    .usage("--packages DIR [flags]")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[flags...]")
    .addHelpText(
      "after",
      `
Examples:
  oomol-connect serve --packages ./packages
  oomol-connect serve --packages ./packages --port 0 --json

The other flags are those of connect-server:
`,
    )
    .action((flags: string[]) => {
      if (flags.includes("--help") || flags.includes("-h")) command.outputHelp();
      return runServer(flags);
    });
}

async function runServer(flags: string[]): Promise<void> {
  const { serverProgram } = await import("../start-local-server.ts");
  const command = serverProgram();
  // Instead of this program: blocks could read the environment of a program that stays.
  if (process.platform !== "win32") process.execve?.(command[0], [...command, ...flags]);
  const [program, ...args] = command;
  // A terminal's Ctrl-C reaches the child directly; this program exits with it.
  process.on("SIGINT", () => undefined);
  const child = spawn(program, [...args, ...flags], { stdio: "inherit" });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
