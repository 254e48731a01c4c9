// The main job from end to end: a local server, real blocks, a real client. Everything it starts ends with it.
import { mkdtemp, open, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, styleText } from "node:util";
import { OomolConnectClient, type PollingOptions } from "@oomol/connect-node";
import { formatBlocks } from "../src/commands/blocks.ts";
import { onInterrupt } from "../src/on-interrupt.ts";
import { reportFailure } from "../src/report-failure.ts";
import { startLocalServer } from "../src/start-local-server.ts";
import { TaskDisplay } from "../src/task-display.ts";

await reportFailure(async () => {
  const { text } = parseArgs({ options: { text: { type: "string", default: "Hello, World" } } }).values;
  const blocksDirectory = fileURLToPath(new URL("../../blocks", import.meta.url));
  const workDirectory = await mkdtemp(join(tmpdir(), "oomol-connect-demo-"));
  using interruption = onInterrupt();

  heading("Starting a Connect server");
  await using server = await startLocalServer([
    "--packages",
    blocksDirectory,
    "--data",
    join(workDirectory, "data"),
  ]);
  say(`It listens on ${server.baseUrl}, on this machine only.`);
  await using client = new OomolConnectClient({ baseUrl: server.baseUrl });

  heading("Listing its blocks");
  const { blocks } = await client.blocks.list();
  process.stdout.write(formatBlocks(blocks));

  heading(`Running audio-lab::text-to-audio with ${JSON.stringify(text)}`);
  const speech = await watched(client, interruption.signal, (options) =>
    client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text } }, options),
  );
  show("task", speech.taskId);
  show("result", JSON.stringify(speech.result));
  show("sound", await describeWav(String(speech.result.audio_address)));

  heading("Uploading a file to pkg::file-processor");
  const file = join(workDirectory, "test.txt");
  await writeFile(file, `${text}\n`);
  const processed = await watched(client, interruption.signal, (options) =>
    client.tasks.run(
      { blockId: "pkg::file-processor", inputValues: { input1: "value" }, files: [file] },
      options,
    ),
  );
  show("task", processed.taskId);
  show("result", JSON.stringify(processed.result));

  heading("Done");
  say(`Play it: ${String(speech.result.audio_address)}`);
});

async function watched<Outcome>(
  client: OomolConnectClient,
  signal: AbortSignal,
  run: (options: PollingOptions) => Promise<Outcome>,
): Promise<Outcome> {
  using display = new TaskDisplay(process.stdout);
  const outcome = await run(display.follow(client, signal));
  display.finish();
  return outcome;
}

/** Reads the header of a WAV file, so that what is claimed of it is what it says. */
async function describeWav(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(44), 0, 44, 0);
  const kind = `${buffer.toString("latin1", 0, 4)}/${buffer.toString("latin1", 8, 12)}`;
  const bytesPerSecond = buffer.readUInt32LE(28);
  const seconds = (buffer.readUInt32LE(40) / bytesPerSecond).toFixed(2);
  return `${path} (${kind}, ${buffer.readUInt32LE(24)} Hz, ${buffer.readUInt16LE(34)} bit, ${seconds} s)`;
}

function heading(text: string): void {
  process.stdout.write(`\n${styleText("bold", text)}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function show(label: string, value: string): void {
  process.stdout.write(`${styleText("dim", label.padEnd(7))} ${value}\n`);
}
