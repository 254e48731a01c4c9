// node bench/run.ts, after `tsup`: broker, engine and executor in a process each.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";
import { openMosquitto } from "../test/helpers/open-mosquitto.ts";
import { openBenchEngine } from "./bench-engine.ts";

const outputs = 50_000;
const blocks = {
  "empty.mjs": `export default () => {};`,
  "outputs.mjs": `const value = "x".repeat(100);
    export default async (_, context) => {
      const start = performance.now();
      const sent = [];
      for (let i = 0; i < ${outputs}; i++) sent.push(context.output("value", value));
      await Promise.all(sent);
      return { value: performance.now() - start };
    };`,
  "bare.mjs": `import mqtt from ${JSON.stringify(import.meta.resolve("mqtt"))};
    const value = "x".repeat(100);
    export default async (_, context) => {
      const client = await mqtt.connectAsync("mqtt://" + process.env.BENCH_ADDRESS, { protocolVersion: 4, clientId: "bare" });
      client.stream.setNoDelay(true);
      const topic = "session/" + context.sessionId;
      const job = { session_id: context.sessionId, job_id: context.jobId };
      const start = performance.now();
      let sent = 0, done = 0;
      await new Promise((resolve) => {
        const next = () => {
          const payload = JSON.stringify({ type: "BlockOutput", handle: "value", output: value, ...job });
          sent++;
          client.publish(topic, payload, { qos: 1 }, () => {
            if (++done === ${outputs}) resolve();
            else if (sent < ${outputs}) next();
          });
        };
        for (let i = 0; i < 1000; i++) next();
      });
      const ms = performance.now() - start;
      await client.endAsync();
      return { value: ms };
    };`,
  "progress.mjs": `export default async (_, context) => {
      const calls = 1_000_000;
      for (let i = 0; i < 10_000; i++) context.reportProgress(i / 100);
      const start = performance.now();
      for (let i = 0; i < calls; i++) context.reportProgress(i / 10_000);
      return { value: (performance.now() - start) * 1000 / calls };
    };`,
};

await using broker = await openMosquitto();
const folder = await mkdtemp(join(tmpdir(), "scriptlet-bench-"));
for (const [name, text] of Object.entries(blocks)) await writeFile(join(folder, name), text);
const cache = { OOMOL_SCRIPTLET_CACHE_DIR: join(folder, ".cache"), BENCH_ADDRESS: broker.address };
console.log(`node ${process.version}, mosquitto`);

const bare: number[] = [];
const ready: number[] = [];
const built: number[] = [];
const found: number[] = [];
for (let round = 0; round < 12; round += 1) {
  const entry = `typed-${round}.ts`;
  await writeFile(
    join(folder, entry),
    `interface A { a: string }\nexport default (_: A) => {};\n// ${round}`,
  );
  for (const jobs of [built, found]) {
    const bareMs = await bareNode();
    const engine = await openBenchEngine(broker.address, folder);
    const { readyMs, child } = await engine.spawnExecutor(cache);
    const { ms } = await engine.run(entry);
    await engine.stop(child);
    await engine.close();
    // The first round fills Node's cache of compiled code.
    if (round === 0) continue;
    bare.push(bareMs);
    ready.push(readyMs);
    jobs.push(ms);
  }
}
console.log(`node -e 0                       p50 ${p50(bare)} ms`);
console.log(
  `spawn to ExecutorReady          p50 ${p50(ready)} ms, ${(p(ready, 0.5) - p(bare, 0.5)).toFixed(1)} beyond node -e 0, ${medianAndSpread(ratios(ready, bare))} × it`,
);
console.log(`cold TypeScript job, built      p50 ${p50(built)} ms`);
console.log(`cold TypeScript job, found      p50 ${p50(found)} ms`);

const engine = await openBenchEngine(broker.address, folder);
const { child } = await engine.spawnExecutor(cache);
const warm: number[] = [];
for (let job = 0; job < 2200; job += 1) {
  const { ms } = await engine.run("empty.mjs");
  if (job >= 200) warm.push(ms);
}
console.log(`warm empty job                  p50 ${p50(warm)} ms, p99 ${p(warm, 0.99).toFixed(2)} ms`);
const progress = await engine.run("progress.mjs");
console.log(`throttled reportProgress        ${Number(resultOf(progress)).toFixed(3)} µs a call`);
const besideBare: number[] = [];
for (let round = 0; round < 5; round += 1) {
  const bareRate = outputs / (Number(resultOf(await engine.run("bare.mjs"))) / 1000);
  const own = await engine.run("outputs.mjs");
  if (engine.outputsOf(own.jobId) !== outputs) throw new Error("outputs were lost");
  const ownRate = outputs / (Number(resultOf(own)) / 1000);
  besideBare.push(ownRate / bareRate);
  console.log(
    `output ${Math.round(ownRate)}/s, bare mqtt ${Math.round(bareRate)}/s: ${(ownRate / bareRate).toFixed(2)}×`,
  );
}
console.log(`output beside bare mqtt         p50 ${medianAndSpread(besideBare)} ×`);
await engine.stop(child);
await engine.close();
await rm(folder, { recursive: true });

function resultOf({ message }: { message: { [field: string]: unknown } }): unknown {
  return (message.result as { value: unknown }).value;
}

async function bareNode(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - start;
}

function p(values: number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * share)] ?? Number.NaN;
}

/** With the least and the most behind it. */
function p50(values: number[]): string {
  return `${p(values, 0.5).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
}
