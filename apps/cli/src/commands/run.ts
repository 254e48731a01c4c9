import type { OomolConnectClient, PollingOptions, RunResult, UploadOptions } from "@oomol/connect-node";
import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { printJson } from "../print.ts";
import { collectInput, readInputs } from "../read-inputs.ts";
import type { ConnectionFlags } from "../settings.ts";

interface RunFlags extends ConnectionFlags {
  input?: Record<string, unknown>;
  inputsJson?: string;
  file?: string[];
  json?: boolean;
}

/** `oomol-connect run PACKAGE::BLOCK` */
export function addRunCommand(program: Command): void {
  const command = program
    .command("run")
    .description("Run a block and print its result.")
    .argument("<block>", "PACKAGE::BLOCK")
    .option(
      "-i, --input <handle=value>",
      "an input; JSON, or else text. May be given several times",
      collectInput,
    )
    .option("--inputs-json <file>", "inputs as a JSON object from a file, or - for stdin")
    .option("-f, --file <path>", "a file for the block. May be given several times", collect)
    .option("--json", "print the whole outcome as JSON on stdout, and nothing else there")
    .addHelpText(
      "after",
      '\nExamples:\n  oomol-connect run audio-lab::text-to-audio --input text="Hello, World"\n  oomol-connect run pkg::file-processor --file test.txt\n  echo \'{"text": "Hi"}\' | oomol-connect run audio-lab::text-to-audio --inputs-json -',
    );
  addConnectionFlags(command).action((blockId: string, flags: RunFlags) =>
    withClient(flags, async (client) => {
      const { TaskDisplay } = await import("../task-display.ts");
      const inputs = { ...(await readInputs(flags.inputsJson)), ...flags.input };
      using interruption = onInterrupt();
      using display = new TaskDisplay(process.stderr);
      const options = display.follow(interruption.signal);
      const outcome = await runBlock(client, blockId, inputs, flags.file ?? [], options);
      display.finish();
      printJson(flags.json ? outcome : outcome.result);
    }),
  );
}

function runBlock(
  client: OomolConnectClient,
  blockId: string,
  inputs: Record<string, unknown>,
  files: string[],
  options: PollingOptions & UploadOptions,
): Promise<RunResult> {
  return files.length > 0
    ? client.tasks.runWithFiles(blockId, inputs, files, options)
    : client.tasks.run({ blockId, inputValues: inputs }, options);
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
