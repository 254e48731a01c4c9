import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { printJson } from "../print.ts";
import type { ConnectionFlags } from "../settings.ts";

/** `oomol-connect status` */
export function addStatusCommand(program: Command): void {
  const command = program
    .command("status")
    .description("Show how a server is: its queue, workers, processes, disk and failures. For its operators.")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nThe token needs the role admin.\n\nExample:\n  oomol-connect status");
  addConnectionFlags(command).action((flags: ConnectionFlags & { json?: boolean }) =>
    withClient(flags, async (client) => {
      const status = await client.status();
      const { describeStatus } = await import("../describe-status.ts");
      if (flags.json) printJson(status);
      else process.stdout.write(describeStatus(status, process.stdout));
    }),
  );
}
