// node bench/held-thread.ts [SECONDS], after `tsup`: a block that holds the thread, by default for two minutes, while other
// jobs come. The broker drops a silent client after 90 s, and the engine repeats run_block every 3 s.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { median, medianAndSpread } from "../../../bench/helpers/measure.ts";
import { openMosquitto } from "../test/helpers/open-mosquitto.ts";
import { openBenchEngine } from "./bench-engine.ts";

const seconds = Number(process.argv[2] ?? 120);

await using broker = await openMosquitto();
const folder = await mkdtemp(join(tmpdir(), "scriptlet-bench-"));
await writeFile(
  join(folder, "hold.mjs"),
  `export default () => { const end = Date.now() + ${seconds * 1000}; while (Date.now() < end); return { value: "held" }; };`,
);
await writeFile(join(folder, "empty.mjs"), `export default () => {};`);
const engine = await openBenchEngine(broker.address, folder);
const { child } = await engine.spawnExecutor({ OOMOL_SCRIPTLET_CACHE_DIR: join(folder, ".cache") });
let executorEnd: string | undefined;
child.once("exit", (code, signal) => {
  executorEnd = String(code ?? signal);
});
for (let job = 0; job < 60; job += 1) await engine.run("empty.mjs");
const calm = engine.readyMs.slice(10);
const start = performance.now();
const held = engine.run("hold.mjs");
const others: Promise<{ ms: number }>[] = [];
while (performance.now() - start < (seconds - 2) * 1000) {
  await delay(1000);
  others.push(engine.run("empty.mjs"));
}
const { ms } = await held;
await Promise.all(others);
console.log(
  `held the thread for ${(ms / 1000).toFixed(1)} s; ${others.length} jobs came meanwhile, all ended`,
);
console.log(`executor: ${executorEnd === undefined ? "still connected" : `ended with ${executorEnd}`}`);
const { readyMs, heard } = engine;
const meanwhile = readyMs.slice(calm.length + 10);
console.log(`run_block to BlockReady, before: ${medianAndSpread(calm, 1)} ms over ${calm.length} jobs`);
console.log(
  `run_block to BlockReady, meanwhile: ${medianAndSpread(meanwhile, 1)} ms over ${meanwhile.length} jobs, median ${(median(meanwhile) / median(calm)).toFixed(2)} × before`,
);
console.log(
  `${heard.blockReady} BlockReady, ${heard.blockFinished} BlockFinished, ${heard.executorReady} ExecutorReady`,
);
await engine.stop(child);
await engine.close();
await rm(folder, { recursive: true });
