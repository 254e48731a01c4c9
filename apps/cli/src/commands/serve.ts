import { spawn } from "node:child_process";
import type { Command } from "commander";

/** `oomol-connect serve`: the server program, with its own flags. */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("Serve folders of packages on this machine; takes the flags of connect-server.")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[flags...]", "see oomol-connect serve --help")
    .action(async (flags: string[]) => {
      const { serverProgram } = await import("../start-local-server.ts");
      const [command, ...args] = serverProgram();
      // A terminal's Ctrl-C reaches the child by itself; its exit is ours.
      process.on("SIGINT", () => undefined);
      const child = spawn(command, [...args, ...flags], { stdio: "inherit" });
      process.on("SIGTERM", () => child.kill("SIGTERM"));
      child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
    });
}
