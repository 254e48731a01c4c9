import { existsSync } from "node:fs";
import type { OomolConnectClient, PollingOptions, RunResult, SavedFile } from "@oomol/connect-node";
import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { UsageError } from "../exit-codes.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { printJson } from "../print.ts";
import { collectInput, readInputs } from "../read-inputs.ts";
import { resolveInputs } from "../resolve-inputs.ts";
import type { ConnectionFlags } from "../settings.ts";

interface RunFlags extends ConnectionFlags {
  input?: Record<string, string>;
  inputsJson?: string;
  file?: string[];
  out?: string;
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
      "an input, as JSON or else as text, as the block takes it; repeatable",
      collectInput,
    )
    .option("--inputs-json <file>", "inputs as a JSON object from a file, or - for stdin")
    .option(
      "-f, --file <[handle=]path>",
      "a file for the block, or for one of its inputs; repeatable",
      collect,
    )
    .option("-o, --out <dir>", "save the files that the result names in this folder")
    .option("--json", "print only the whole outcome to stdout, as JSON")
    .addHelpText(
      "after",
      '\nExamples:\n  oomol-connect run audio-lab::text-to-audio --input text="Hello, World" --out sounds\n  oomol-connect run audio-lab::text-to-audio --help\n  oomol-connect run pkg::file-processor --file test.txt\n  oomol-connect run pkg::book --file cover=a.png --file pages=1.png --file pages=2.png\n  echo \'{"text": "Hi"}\' | oomol-connect run audio-lab::text-to-audio --inputs-json -',
    );
  addConnectionFlags(command).action((blockId: string, flags: RunFlags) =>
    withClient(flags, async (client) => {
      const { TaskDisplay } = await import("../task-display.ts");
      const inputs = {
        ...(await readInputs(flags.inputsJson)),
        ...(await resolveInputs(client, blockId, flags.input ?? {})),
      };
      using interruption = onInterrupt();
      using display = new TaskDisplay(process.stderr);
      const options = display.follow(client, interruption.signal);
      const request = { blockId, inputValues: inputs, files: filesOf(flags.file ?? []) };
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
    process.stderr.write(`saved ${path}\n`);
    saved.push({ path, sizeBytes });
  }
  if (saved.length === 0) process.stderr.write("The result names no files, so nothing was saved.\n");
  return saved;
}

/** By input if they are given so: a file that is really called `a=b` is none. */
function filesOf(given: readonly string[]): readonly string[] | Record<string, string[]> {
  const pairs = given.map((one) => (existsSync(one) ? undefined : /^([^=/\\]+)=(.+)$/s.exec(one)));
  if (pairs.every((pair) => !pair)) return given;
  const files = new Map<string, string[]>();
  for (const [index, pair] of pairs.entries()) {
    const [, handle, path] = pair ?? [];
    if (handle === undefined || path === undefined)
      throw new UsageError(
        `--file ${given[index]}: name the input of each file, as handle=path, or of none.`,
      );
    files.set(handle, [...(files.get(handle) ?? []), path]);
  }
  return Object.fromEntries(files);
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
