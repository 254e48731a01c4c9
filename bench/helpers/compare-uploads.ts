import { execFile } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { OomolConnectClient } from "@oomol/connect-node";
import { inTurns, medianAndSpread, ratios } from "./measure.ts";
import type { StartedProgram } from "./start-program.ts";
import { watchMemory } from "./watch-memory.ts";

/** What uploads go to or through, in a process of its own. */
export interface UploadReceiver {
  name: string;
  program: StartedProgram;
  /** How many bytes of the upload have arrived, once all is done with it. */
  countBytes(client: OomolConnectClient, taskId: string): Promise<number>;
}

export interface UploadComparison {
  /** The baseline first. */
  receivers: readonly [UploadReceiver, UploadReceiver];
  blockId: string;
  sizeMib: number;
  rounds: number;
  /** When an upload is taken for stuck. */
  timeoutMs: number;
}

/**
 * Large uploads by connect-node to two receivers in turns; a row for each: its name, by how many MiB its process grows at most,
 * MiB a second, and that speed beside the baseline's.
 */
export async function compareUploads(comparison: UploadComparison): Promise<(string | number)[][]> {
  const { receivers, blockId, sizeMib, rounds, timeoutMs } = comparison;
  const sizeBytes = sizeMib * 2 ** 20;
  const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
  const file = join(folder, "sparse.bin");
  await writeFile(file, "");
  await truncate(file, sizeBytes);

  const upload = async ({ program, countBytes }: UploadReceiver, grownMib: number[]): Promise<number> => {
    await using client = new OomolConnectClient({ baseUrl: program.url, timeoutMs });
    const send = async (path: string) => (await client.tasks.create({ blockId, files: [path] })).task.id;
    await countBytes(client, await send(fileURLToPath(import.meta.url))); // loads what it needs
    // One of the two keeps its files: what they left the disk to write would hold up whoever comes next.
    await promisify(execFile)("sync").catch(() => undefined);
    const memory = watchMemory(program.pid);
    const startedMs = performance.now();
    const taskId = await send(file);
    const seconds = (performance.now() - startedMs) / 1_000;
    grownMib.push(memory.stop());
    const arrivedBytes = await countBytes(client, taskId);
    if (!(arrivedBytes >= sizeBytes)) throw new Error(`Only ${arrivedBytes} of ${sizeBytes} bytes arrived.`);
    return sizeMib / seconds;
  };

  try {
    const [baseline, ours] = receivers;
    const grownMib = { baseline: [] as number[], ours: [] as number[] };
    const speeds = await inTurns(
      { baseline: () => upload(baseline, grownMib.baseline), ours: () => upload(ours, grownMib.ours) },
      { rounds, warmUps: 0 },
    );
    const row = ({ name }: UploadReceiver, who: keyof typeof grownMib) => [
      name,
      medianAndSpread(grownMib[who], 1),
      medianAndSpread(speeds[who], 0),
      medianAndSpread(ratios(speeds[who], speeds.baseline)),
    ];
    return [row(baseline, "baseline"), row(ours, "ours")];
  } finally {
    await rm(folder, { recursive: true });
  }
}
