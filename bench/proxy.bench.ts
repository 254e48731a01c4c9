import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-node";
import { startSink } from "../packages/node/bench/start-sink.ts";
import { inTurns, type Measurement, medianAndSpread, ratios } from "./helpers/measure.ts";
import { startProgram } from "./helpers/start-program.ts";
import { watchMemory } from "./helpers/watch-memory.ts";

const sizeMib = 1_000;
const sizeBytes = sizeMib * 2 ** 20;
const rounds = 3;
const program = fileURLToPath(new URL("./helpers/proxy-program.ts", import.meta.url));

/** One large upload through `createConnectProxy`, beside a bare `node:http` proxy: what each holds, and its speed. */
export async function measure(): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
  const file = join(folder, "sparse.bin");
  await writeFile(file, "");
  await truncate(file, sizeBytes);
  const sink = await startSink();
  try {
    await using bare = await startProgram(program, ["bare", sink.origin]);
    await using ours = await startProgram(program, ["ours", sink.origin]);
    const grown = { bare: [] as number[], ours: [] as number[] };
    const upload = async (who: keyof typeof grown): Promise<number> => {
      const { pid, url } = { bare, ours }[who];
      await using client = new OomolConnectClient({ baseUrl: url, timeoutMs: 120_000 });
      await client.tasks.createWithFiles("pkg::sink", {}, fileURLToPath(import.meta.url)); // loads what it needs
      const memory = watchMemory(pid);
      const startedMs = performance.now();
      const { task } = await client.tasks.createWithFiles("pkg::sink", {}, file);
      const seconds = (performance.now() - startedMs) / 1_000;
      grown[who].push(memory.stop());
      if (!(Number(task.id) > sizeBytes)) throw new Error(`Only ${task.id} of ${sizeBytes} bytes arrived.`);
      return sizeMib / seconds;
    };
    const speeds = await inTurns(
      { bare: () => upload("bare"), ours: () => upload("ours") },
      { rounds, warmUps: 0 },
    );
    const row = (name: string, who: keyof typeof grown) => [
      name,
      medianAndSpread(grown[who], 1),
      medianAndSpread(speeds[who], 0),
      medianAndSpread(ratios(speeds[who], speeds.bare)),
    ];
    return {
      title: "An upload through the proxy",
      note: `${sizeMib} MiB by connect-node to a sink, sender, proxy and sink in a process each, ${rounds} rounds in turns; by how many MiB the proxy's process grows at most, looked at from outside. Both proxies stay up, so a later round finds memory that the first has taken. The bare one pipes the request on; ours reads the form, checks it and writes it anew.`,
      columns: ["proxy", "grows by, MiB", "MiB/s", "× bare"],
      rows: [row("bare node:http", "bare"), row("createConnectProxy", "ours")],
    };
  } finally {
    sink.stop();
    await rm(folder, { recursive: true });
  }
}
