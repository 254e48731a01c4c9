/**
 * How long a second run takes from `POST /v1/tasks` to `completed`, beside the same function called in this process.
 *
 *   node --conditions=@oomol/source bench/warm.ts [RUNS]
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startServer } from "../src/start-server.ts";

const runs = Number(process.argv[2] ?? 15);
const blocks = fileURLToPath(new URL("../../blocks", import.meta.url));
const emptyBlocks = fileURLToPath(new URL("../test/fixtures/packages", import.meta.url));
const directory = await mkdtemp(join(tmpdir(), "connect-bench-"));
const text = "Good morning, dear listeners.";

const server = await startServer({ packages: [blocks, emptyBlocks], port: 0, dataDirectory: directory });
try {
  // Packages are whoever's; the bench knows the shape of this one.
  const entry = new URL("../../blocks/audio-lab/tasks/text-to-audio/main.ts", import.meta.url).href;
  const { default: speak } = (await import(entry)) as {
    default(inputs: object, context: object): Promise<unknown>;
  };
  const nothing = async () => undefined;
  const context = { sessionDir: directory, reportLog: nothing, preview: nothing, reportProgress: nothing };
  await report("audio-lab::text-to-audio in process", () => speak({ text }, context));
  const first = `const { default: speak } = await import(${JSON.stringify(entry)});
    const nothing = async () => undefined;
    const context = { sessionDir: ${JSON.stringify(directory)}, reportLog: nothing, preview: nothing, reportProgress: nothing };
    const startedMs = performance.now();
    await speak({ text: ${JSON.stringify(text)} }, context);
    console.log(performance.now() - startedMs);`;
  await report("audio-lab::text-to-audio, first call of a fresh process that has loaded it", async () => {
    const args = ["--conditions=@oomol/source", "--input-type=module", "-e", first];
    return Number((await promisify(execFile)(process.execPath, args)).stdout);
  });
  await report("audio-lab::text-to-audio by the server", () => runTask("audio-lab::text-to-audio", { text }));
  await report("lab::shout (nearly empty) by the server", () => runTask("lab::shout", { text }));
} finally {
  await server.close();
  await rm(directory, { recursive: true, force: true });
}

/** Times `run`, unless it answers its own milliseconds. */
async function report(name: string, run: () => Promise<unknown>): Promise<void> {
  const timesMs: number[] = [];
  for (let round = 0; round < runs; round += 1) {
    const startedMs = performance.now();
    const own = await run();
    timesMs.push(typeof own === "number" ? own : performance.now() - startedMs);
    await delay(1_500); // a spare is started meanwhile, and the last executor leaves
  }
  const [first = 0, ...others] = timesMs;
  const sorted = others.toSorted((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(1);
  console.log(
    `${name}: first ${first.toFixed(1)} ms; later ${at(0)} at best, ${at(0.5)} median, ${at(0.9)} at the 90th percentile`,
  );
}

async function runTask(manifest: string, inputs: Record<string, unknown>): Promise<void> {
  const values = Object.entries(inputs).map(([handle, value]) => ({ handle, value }));
  const body = JSON.stringify({ manifest, inputValues: [{ nodeId: "_", inputs: values }] });
  const headers = { "Content-Type": "application/json" };
  const created = await fetch(`${server.url}/v1/tasks`, { method: "POST", headers, body });
  const { task } = (await created.json()) as { task: { id: string } };
  const ended = await fetch(`${server.url}/v1/tasks/${task.id}`, { headers: { Prefer: "wait=60" } });
  const { task: last } = (await ended.json()) as { task: { status: string } };
  if (last.status !== "completed") throw new Error(`${manifest} ended as ${last.status}`);
}
