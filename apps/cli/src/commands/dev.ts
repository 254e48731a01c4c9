import { watch } from "node:fs";
import { resolve } from "node:path";
import { styleText } from "node:util";
import type { OomolConnectClient } from "@oomol/connect-node";
import type { Command } from "commander";
import { onInterrupt } from "../on-interrupt.ts";
import { collectInput } from "../read-inputs.ts";
import { reportFailure } from "../report-failure.ts";

interface DevFlags {
  port: string;
  run?: string;
  input: Record<string, unknown>;
}

/** `oomol-connect dev DIR` */
export function addDevCommand(program: Command): void {
  program
    .command("dev")
    .description("Serve a package while you work on it, and run one of its blocks again whenever you save.")
    .argument("<dir>", "the package's folder, or a folder of packages")
    .option("--port <number>", "port to listen on", "3000")
    .option("--run <block>", "PACKAGE::BLOCK to run at once and after each change")
    .option(
      "-i, --input <handle=value>",
      "an input of that block. May be given several times",
      collectInput,
      {},
    )
    .addHelpText("after", '\nExample:\n  oomol-connect dev ./shout --run shout::shout --input text="Hello"')
    .action((directory: string, flags: DevFlags) => reportFailure(() => develop(resolve(directory), flags)));
}

async function develop(directory: string, { port, run, input }: DevFlags): Promise<void> {
  const { startLocalServer } = await import("../start-local-server.ts");
  const { OomolConnectClient } = await import("@oomol/connect-node");
  using interruption = onInterrupt("Stopped serving.");
  await using server = await startLocalServer(["--packages", directory, "--port", port]);
  await using client = new OomolConnectClient({ baseUrl: server.baseUrl });
  process.stdout.write(`Serving ${directory} on ${server.baseUrl}\n`);
  let runs = Promise.resolve();
  const again = () => {
    if (run === undefined) return;
    runs = runs.then(() => runOnce(client, run, input, interruption.signal));
  };
  again();
  await watchUntil(directory, interruption.signal, again);
  await runs;
}

async function runOnce(
  client: OomolConnectClient,
  blockId: string,
  inputValues: Record<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  const { TaskDisplay } = await import("../task-display.ts");
  using display = new TaskDisplay(process.stderr);
  try {
    const { result } = await client.tasks.run({ blockId, inputValues }, display.follow(signal));
    display.finish();
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } catch (failure) {
    // What is being written fails now and then; the next save runs it again.
    if (!signal.aborted) process.stderr.write(`${styleText("red", String(failure))}\n`);
  }
}

/** Editors write a file in several steps: what changes within that time is one change. */
const settleMs = 150;

function watchUntil(directory: string, signal: AbortSignal, onChange: () => void): Promise<void> {
  return new Promise((done) => {
    let timer: NodeJS.Timeout | undefined;
    const watcher = watch(directory, { recursive: true }, (_, name) => {
      if (name?.includes("node_modules")) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, settleMs);
    });
    const stop = () => {
      clearTimeout(timer);
      watcher.close();
      done();
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
