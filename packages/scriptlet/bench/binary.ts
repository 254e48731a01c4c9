// node bench/binary.ts, after `tsup`: oomol/bin outputs of 1 GiB, from a stream and from a file, beside a copy of the file.
import { createWriteStream } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";
import { openMosquitto } from "../test/helpers/open-mosquitto.ts";
import { openBenchEngine } from "./bench-engine.ts";

const mebibytes = 1024;
const rounds = 3;

await using broker = await openMosquitto();
const folder = await mkdtemp(join(tmpdir(), "scriptlet-bench-"));
const source = join(folder, "source.bin");
await pipeline(Readable.from(chunks()), createWriteStream(source));
const block = (value: string) => `import { createReadStream } from "node:fs";
  const chunk = Buffer.alloc(1 << 20);
  async function* chunks() { for (let i = 0; i < ${mebibytes}; i++) yield chunk; }
  export default async (_, context) => {
    const before = process.resourceUsage().maxRSS;
    const start = performance.now();
    await context.output("bytes", ${value});
    const ms = performance.now() - start;
    return { value: { ms, grownMB: Math.round((process.resourceUsage().maxRSS - before) / 1024) } };
  };`;
await writeFile(join(folder, "stream.mjs"), block("chunks()"));
await writeFile(join(folder, "file.mjs"), block(`createReadStream(${JSON.stringify(source)})`));

const engine = await openBenchEngine(broker.address, folder);
const names = ["stream", "file"] as const;
const ms = { stream: [] as number[], file: [] as number[], copy: [] as number[] };
const grownMB = { stream: [] as number[], file: [] as number[] };
for (let round = 0; round < rounds; round += 1) {
  for (const name of names) {
    const { child } = await engine.spawnExecutor({ OOMOL_SCRIPTLET_CACHE_DIR: join(folder, ".cache") });
    const outputs = {
      bytes: { handle: "bytes", json_schema: { contentMediaType: "oomol/bin" } },
      value: { handle: "value" },
    };
    const { message } = await engine.run(`${name}.mjs`, outputs);
    const { value } = message.result as { value: { ms: number; grownMB: number } };
    ms[name].push(value.ms);
    grownMB[name].push(value.grownMB);
    await engine.stop(child);
    await rm(join(folder, "binary"), { recursive: true });
  }
  const start = performance.now();
  await copyFile(source, join(folder, "copy.bin"));
  ms.copy.push(performance.now() - start);
  await rm(join(folder, "copy.bin"));
}
for (const name of names) {
  const times = `${medianAndSpread(ms[name], 0)} ms, ${medianAndSpread(ratios(ms[name], ms.copy))} × the copy`;
  console.log(`1 GiB from a ${name}: ${times}, grows by ${medianAndSpread(grownMB[name], 0)} MB`);
}
console.log(`copying the file: ${medianAndSpread(ms.copy, 0)} ms`);
await engine.close();
await rm(folder, { recursive: true });

async function* chunks() {
  const chunk = Buffer.alloc(2 ** 20);
  for (let index = 0; index < mebibytes; index += 1) yield chunk;
}
