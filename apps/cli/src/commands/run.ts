import type { OomolConnectClient, PollingOptions, RunResult, SavedFile } from "@oomol/connect-node";
import type { Command } from "commander";
import { addInputFlags, blockRequest, type InputFlags } from "../block-request.ts";
import { addConnectionFlags, withClient } from "../connection.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { printJson } from "../print.ts";
import { printableLine } from "../printable.ts";
import type { ConnectionFlags } from "../settings.ts";

interface RunFlags extends ConnectionFlags, InputFlags {
  out?: string;
  webhook?: string;
  json?: boolean;
}

/** `oomol-connect run PACKAGE::BLOCK` */
export function addRunCommand(program: Command): void {
  const command = program
    .command("run")
    .description("Run a block and print its result.")
    .argument("<block>", "PACKAGE::BLOCK");
  addInputFlags(command)
    .option("-o, --out <dir>", "save the files that the result names in this folder")
    .option("--webhook <url>", "have the server tell this address of the end of the task, too")
    .option("--json", "print only the whole outcome to stdout, as JSON")
    .addHelpText(
      "after",
      '\nExamples:\n  oomol-connect run audio-lab::text-to-audio --input text="Hello, World" --out sounds\n  oomol-connect run audio-lab::text-to-audio --help\n  oomol-connect run pkg::file-processor --file test.txt\n  oomol-connect run pkg::book --file cover=a.png --file pages=1.png --file pages=2.png\n  echo \'{"text": "Hi"}\' | oomol-connect run audio-lab::text-to-audio --inputs-json -',
    );
  addConnectionFlags(command).action((blockId: string, flags: RunFlags) =>
    withClient(flags, async (client) => {
      const { TaskDisplay } = await import("../task-display.ts");
      const { webhook: url } = flags;
      const given = await blockRequest(client, blockId, flags);
      const request = { ...given, ...(url !== undefined && { webhook: { url } }) };
      using interruption = onInterrupt();
      using display = new TaskDisplay(process.stderr);
      const options = display.follow(client, interruption.signal);
      const outcome = await client.tasks.run(request, options);
      display.finish();
      const saved =
        flags.out === undefined ? undefined : await saveFiles(client, outcome, flags.out, options);
      printJson(flags.json ? { ...outcome, ...(saved && { saved }) } : outcome.result);
    }),
  );
}

/** Saves the files of a result, also from a server on another machine; an existing file of the same name is kept. */
async function saveFiles(
  client: OomolConnectClient,
  outcome: RunResult,
  directory: string,
  { signal }: PollingOptions,
): Promise<SavedFile[]> {
  const { saveDownload } = await import("@oomol/connect-node");
  const saved: SavedFile[] = [];
  for await (const file of client.tasks.downloadAll(outcome, { ...(signal && { signal }) })) {
    // With a slash at the end, so that it counts as a folder even if it does not exist yet.
    const { path, sizeBytes } = await saveDownload(file, `${directory}/`, { ifExists: "number" });
    process.stderr.write(`saved ${printableLine(path)}\n`);
    saved.push({ path, sizeBytes });
  }
  if (saved.length === 0) process.stderr.write("The result names no files, so nothing was saved.\n");
  return saved;
}
