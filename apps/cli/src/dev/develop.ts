import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OomolConnectClient, type TaskInputValues } from "@oomol/connect-node";
import { blockRequest, type InputFlags } from "../block-request.ts";
import { UsageError } from "../exit-codes.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { readInputs } from "../read-inputs.ts";
import { requireFolder } from "../require-folder.ts";
import { startLocalServer } from "../start-local-server.ts";
import { TaskDisplay } from "../task-display.ts";
import { choosePort } from "./choose-port.ts";
import { createDevOutput, type DevOutput } from "./dev-output.ts";
import { watchFolder } from "./watch-folder.ts";

export interface DevFlags extends InputFlags {
  port?: number;
  run?: string;
  /** The port, or true for the one that Node.js itself takes. */
  inspect?: number | true;
  json?: boolean;
}

/**
 * Serves a folder and runs a block of it after each change, until Ctrl-C.
 *
 * @throws {@link UsageError} before anything is printed if the folder or the port cannot be had.
 */
export async function develop(directory: string, flags: DevFlags): Promise<void> {
  const { run, inspect, json = false } = flags;
  await requireFolder(directory, "name the folder of a package, or a folder of packages");
  const inputFlags = await withStdinRead(flags);
  const port = await choosePort(flags.port);
  using interruption = onInterrupt("Stopped serving.");
  // Data of its own, so that it runs beside another server.
  const data = await mkdtemp(join(tmpdir(), "oomol-connect-dev-"));
  await using _removal = {
    [Symbol.asyncDispose]: () => rm(data, { recursive: true, force: true, maxRetries: 5 }),
  };
  const inspectPort = inspect === true ? 9229 : inspect;
  const serverFlags = [
    "--packages",
    directory,
    "--port",
    String(port),
    "--data",
    data,
    "--log-level",
    "error",
  ];
  await using server = await startLocalServer([
    ...serverFlags,
    ...(inspectPort === undefined ? [] : ["--inspect-blocks", String(inspectPort)]),
  ]);
  await using client = new OomolConnectClient({ baseUrl: server.baseUrl });

  const output = createDevOutput(json);
  let runs = Promise.resolve();
  const again = () => {
    runs = runs.then(async () => output.problems(await problemsOf(client)));
    if (run !== undefined) {
      runs = runs.then(() => runOnce(client, run, inputFlags, output, interruption.signal));
    }
  };
  // Watched first: what is saved from here on is seen.
  await using _watch = await watchFolder(directory, again);
  output.serving({ directory, ...server, inspectPort });
  again();
  await new Promise<void>((resolve) => {
    if (interruption.signal.aborted) resolve();
    interruption.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await runs;
  throw interruption.signal.reason;
}

interface RunInputs extends InputFlags {
  /** Read from stdin before the first run. */
  read?: TaskInputValues;
}

/** What comes from stdin comes once; a file is read before each run. */
async function withStdinRead(flags: InputFlags): Promise<RunInputs> {
  if (flags.inputsJson !== "-") return flags;
  const { inputsJson, ...others } = flags;
  return { ...others, read: await readInputs(inputsJson) };
}

async function runOnce(
  client: OomolConnectClient,
  blockId: string,
  flags: RunInputs,
  output: DevOutput,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  using display = new TaskDisplay(process.stderr);
  try {
    const request = await blockRequest(client, blockId, flags);
    const { taskId, result } = await client.tasks.run(request, display.follow(client, signal));
    display.finish();
    output.result(taskId, result);
  } catch (failure) {
    // A file that is being written sometimes fails; the next save runs it again.
    if (!signal.aborted) output.failed(failure instanceof Error ? failure.message : String(failure));
  }
}

async function problemsOf(client: OomolConnectClient): Promise<string[]> {
  const { problems = [] } = await client.packages.list().catch(() => ({ problems: [] }));
  return problems.map(({ path, message }) => `${path}: ${message}`);
}
