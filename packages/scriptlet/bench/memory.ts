// node bench/memory.ts, after `tsup`: memory of one executor over 100,000 jobs. Linux only, where /proc tells it.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openMosquitto } from "../test/helpers/open-mosquitto.ts";
import { openBenchEngine } from "./bench-engine.ts";

const jobs = 100_000;
const atOnce = 20;

await using broker = await openMosquitto();
const folder = await mkdtemp(join(tmpdir(), "scriptlet-bench-"));
await writeFile(
  join(folder, "block.mjs"),
  `export default (_, context) => { context.reportProgress(50); console.log("a line"); return { value: "x".repeat(100) }; };`,
);
const engine = await openBenchEngine(broker.address, folder);
const { child } = await engine.spawnExecutor({ OOMOL_SCRIPTLET_CACHE_DIR: join(folder, ".cache") });
let firstMB: number | undefined;
for (let done = 0; done < jobs; done += atOnce) {
  await Promise.all(Array.from({ length: atOnce }, () => engine.run("block.mjs")));
  if ((done + atOnce) % 10_000 === 0) {
    const heldMB = await residentMegabytes(child.pid);
    firstMB ??= heldMB;
    console.log(`${done + atOnce} jobs: ${heldMB} MB, ${(heldMB / firstMB).toFixed(2)} × the first`);
  }
}
await engine.stop(child);
await engine.close();
await rm(folder, { recursive: true });

async function residentMegabytes(processId: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
