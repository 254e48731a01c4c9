// node bench/binary.ts, after `tsup`: oomol/bin outputs of 1 GiB, from a stream and from a file, beside a copy of the file.
import { createWriteStream } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openMosquitto } from "../test/helpers/open-mosquitto.ts";
import { openBenchEngine } from "./bench-engine.ts";

const mebibytes = 1024;

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
for (const name of ["stream", "file"]) {
  const { child } = await engine.spawnExecutor({ OOMOL_SCRIPTLET_CACHE_DIR: join(folder, ".cache") });
  const outputs = {
    bytes: { handle: "bytes", json_schema: { contentMediaType: "oomol/bin" } },
    value: { handle: "value" },
  };
  const { message } = await engine.run(`${name}.mjs`, outputs);
  const { ms, grownMB } = (message.result as { value: { ms: number; grownMB: number } }).value;
  console.log(`1 GiB from a ${name}: ${Math.round(ms)} ms, ${grownMB} MB more than before`);
  await engine.stop(child);
  await rm(join(folder, "binary"), { recursive: true });
}
const start = performance.now();
await copyFile(source, join(folder, "copy.bin"));
console.log(`copying the file:  ${Math.round(performance.now() - start)} ms`);
await engine.close();
await rm(folder, { recursive: true });

async function* chunks() {
  const chunk = Buffer.alloc(2 ** 20);
  for (let index = 0; index < mebibytes; index += 1) yield chunk;
}
