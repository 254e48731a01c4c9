import { spawn } from "node:child_process";
import type { Command } from "commander";
import { serverProgram } from "../start-local-server.ts";

/** `oomol-connect serve`: the server program, with its own flags. */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("Serve a folder of packages on this machine; takes the flags of connect-server.")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[flags...]", "see connect-server --help")
    .addHelpText("after", "\nExample:\n  oomol-connect serve --packages ./packages --port 3000")
    .action((flags: string[]) => {
      const [command, ...args] = serverProgram();
      // A terminal's Ctrl-C reaches the child by itself; its exit is ours.
      process.on("SIGINT", () => undefined);
      const child = spawn(command, [...args, ...flags], { stdio: "inherit" });
      process.on("SIGTERM", () => child.kill("SIGTERM"));
      child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
    });
}
