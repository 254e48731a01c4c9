import { watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { styleText } from "node:util";
import type { OomolConnectClient } from "@oomol/connect-node";
import type { Command } from "commander";
import { onInterrupt } from "../on-interrupt.ts";
import { printJson } from "../print.ts";
import { collectInput } from "../read-inputs.ts";
import { reportFailure } from "../report-failure.ts";
import { resolveInputs } from "../resolve-inputs.ts";

interface DevFlags {
  port: string;
  run?: string;
  input?: Record<string, string>;
  json?: boolean;
}

/** `oomol-connect dev DIR` */
export function addDevCommand(program: Command): void {
  program
    .command("dev")
    .description("Serve a package while you work on it, and run one of its blocks again whenever you save.")
    .argument("<dir>", "the package's folder, or a folder of packages")
    .option("--port <number>", "port to listen on", "3000")
    .option("--run <block>", "PACKAGE::BLOCK to run at once and after each change")
    .option("-i, --input <handle=value>", "an input of that block; repeatable", collectInput)
    .option("--json", "print each event as one line of JSON: serving, problem, result, failed")
    .addHelpText("after", '\nExample:\n  oomol-connect dev ./shout --run shout::shout --input text="Hello"')
    .action((directory: string, flags: DevFlags) => reportFailure(() => develop(resolve(directory), flags)));
}

async function develop(directory: string, { port, run, input = {}, json = false }: DevFlags): Promise<void> {
  const { startLocalServer } = await import("../start-local-server.ts");
  const { OomolConnectClient } = await import("@oomol/connect-node");
  using interruption = onInterrupt("Stopped serving.");
  // A port of its own, so that it runs beside a server on the default port.
  const data = await mkdtemp(join(tmpdir(), "oomol-connect-dev-"));
  await using _removal = {
    [Symbol.asyncDispose]: () => rm(data, { recursive: true, force: true, maxRetries: 5 }),
  };
  await using server = await startLocalServer(["--packages", directory, "--port", port, "--data", data]);
  await using client = new OomolConnectClient({ baseUrl: server.baseUrl });
  const { baseUrl, playgroundUrl } = server;
  if (json) printLine({ event: "serving", directory, baseUrl, playgroundUrl: playgroundUrl ?? null });
  else {
    process.stdout.write(`Serving ${directory} on ${baseUrl}\n`);
    if (playgroundUrl) process.stdout.write(`Playground: ${playgroundUrl}\n`);
  }
  let runs = Promise.resolve();
  const tellProblems = createProblemTeller(client, json);
  const again = () => {
    runs = runs.then(tellProblems);
    if (run !== undefined) runs = runs.then(() => runOnce(client, run, input, json, interruption.signal));
  };
  again();
  await watchUntil(directory, interruption.signal, again);
  await runs;
  throw interruption.signal.reason;
}

async function runOnce(
  client: OomolConnectClient,
  blockId: string,
  input: Readonly<Record<string, string>>,
  isJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { TaskDisplay } = await import("../task-display.ts");
  using display = new TaskDisplay(process.stderr);
  try {
    const inputValues = await resolveInputs(client, blockId, input);
    const { taskId, result } = await client.tasks.run(
      { blockId, inputValues },
      display.follow(client, signal),
    );
    display.finish();
    if (isJson) printLine({ event: "result", taskId, result });
    else printJson(result);
  } catch (failure) {
    // A file that is being written sometimes fails; the next save runs it again.
    if (signal.aborted) return;
    const message = failure instanceof Error ? failure.message : String(failure);
    if (isJson) printLine({ event: "failed", message });
    else process.stderr.write(`${styleText("red", message, { stream: process.stderr })}\n`);
  }
}

/** What is wrong with the packages, each once as long as it stays so. */
function createProblemTeller(client: OomolConnectClient, isJson: boolean): () => Promise<void> {
  let known = new Set<string>();
  return async () => {
    const { problems = [] } = await client.packages.list().catch(() => ({ problems: [] }));
    const now = new Set(problems.map(({ path, message }) => `${path}: ${message}`));
    for (const line of now) {
      if (known.has(line)) continue;
      if (isJson) printLine({ event: "problem", message: line });
      else process.stderr.write(`${styleText("yellow", line, { stream: process.stderr })}\n`);
    }
    known = now;
  };
}

function printLine(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Editors write a file in several steps: changes within this time count as one. */
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
