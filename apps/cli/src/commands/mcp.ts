import type { Command } from "commander";
import { addConnectionFlags, connect } from "../connection.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { reportFailure } from "../report-failure.ts";
import type { ConnectionFlags } from "../settings.ts";

interface McpFlags extends ConnectionFlags {
  out?: string;
}

/** `oomol-connect mcp` */
export function addMcpCommand(program: Command): void {
  const command = program
    .command("mcp")
    .description("Serve the blocks of a server as tools of the Model Context Protocol, over stdio.")
    .option("-o, --out <dir>", "save the files of results in this folder, and link to them in the answers")
    .addHelpText(
      "after",
      "\nExamples, in the settings of an MCP client:\n  oomol-connect mcp --base-url http://localhost:3000/api\n  oomol-connect mcp --out /home/me/results",
    );
  addConnectionFlags(command).action((flags: McpFlags) =>
    reportFailure(async () => {
      const { serveTools } = await import("../mcp/serve-tools.ts");
      using interruption = onInterrupt("Interrupted; the tasks of open calls are being stopped.");
      const { signal } = interruption;
      await using client = await connect(flags);
      await serveTools(client, { version: program.version() ?? "", directory: flags.out, signal });
      signal.throwIfAborted();
    }),
  );
}
