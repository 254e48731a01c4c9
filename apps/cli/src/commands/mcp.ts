import type { Command } from "commander";
import { addConnectionFlags, connect } from "../connection.ts";
import { reportFailure } from "../report-failure.ts";
import type { ConnectionFlags } from "../settings.ts";

/** `oomol-connect mcp` */
export function addMcpCommand(program: Command): void {
  const command = program
    .command("mcp")
    .description("Serve the blocks of a server as tools of the Model Context Protocol, over stdio.")
    .addHelpText(
      "after",
      "\nExample, in the settings of an MCP client:\n  oomol-connect mcp --base-url http://localhost:3000/api",
    );
  addConnectionFlags(command).action((flags: ConnectionFlags) =>
    reportFailure(async () => {
      const { serveTools } = await import("../mcp/serve-tools.ts");
      await using client = await connect(flags);
      await serveTools(client);
    }),
  );
}
