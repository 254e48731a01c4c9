import { spawn } from "node:child_process";
import type { Command } from "commander";
import { printJson } from "../print.ts";

/** `oomol-connect serve`: the server program, with its own flags. */
export function addServeCommand(program: Command): void {
  const command = program
    .command("serve")
    .description(
      "Serve folders of packages on this machine, with the playground; takes the flags of connect-server.",
    )
    .usage("--packages DIR [flags]")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[flags...]")
    .option("--json", "print { url, playgroundUrl } once it listens, and nothing else on stdout")
    .addHelpText(
      "after",
      `
Examples:
  oomol-connect serve --packages ./packages
  oomol-connect serve --packages ./packages --port 0 --json

The other flags are those of connect-server:
`,
    )
    .action((flags: string[], { json = false }: { json?: boolean }) => {
      if (flags.includes("--help") || flags.includes("-h")) command.outputHelp();
      return runServer(flags, json);
    });
}

async function runServer(flags: string[], isJson: boolean): Promise<void> {
  const { serverProgram } = await import("../start-local-server.ts");
  const [program, ...args] = serverProgram();
  // A terminal's Ctrl-C reaches the child by itself; its exit is ours.
  process.on("SIGINT", () => undefined);
  const child = spawn(program, [...args, ...flags], {
    stdio: isJson ? ["inherit", "ignore", "inherit", "ipc"] : "inherit",
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("message", ({ url, playgroundUrl }: { url?: string; playgroundUrl?: string }) =>
    printJson({ url, playgroundUrl: playgroundUrl ?? null }),
  );
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
