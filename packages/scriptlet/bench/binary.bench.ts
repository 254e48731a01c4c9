import { createWriteStream } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { inTurns, type Measurement, medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";
import { openBench } from "./open-bench.ts";

const mebibytes = 1_024;
const rounds = 3;
const outputs = {
  bytes: { handle: "bytes", json_schema: { contentMediaType: "oomol/bin" } },
  value: { handle: "value" },
};

/** `oomol/bin` outputs of 1 GiB: what the executor grows by, and how long it takes. */
export async function measure(): Promise<Measurement> {
  await using bench = await openBench({
    "stream.mjs": block("chunks()"),
    "file.mjs": block("createReadStream(new URL('source.bin', import.meta.url))"),
  });
  const source = join(bench.folder, "source.bin");
  await pipeline(Readable.from(chunks()), createWriteStream(source));
  const grownMb = { stream: [] as number[], file: [] as number[] };

  const output = async (name: "stream" | "file") => {
    await using _executor = await bench.startExecutor();
    const { message } = await bench.run(`${name}.mjs`, { outputs });
    const { value } = message.result as { value: { ms: number; grownMb: number } };
    grownMb[name].push(value.grownMb);
    await rm(join(bench.folder, "binary"), { recursive: true });
    return value.ms;
  };
  const copy = async () => {
    const start = performance.now();
    await copyFile(source, join(bench.folder, "copy.bin"));
    const ms = performance.now() - start;
    await rm(join(bench.folder, "copy.bin"));
    return ms;
  };
  const ms = await inTurns(
    { copy, stream: () => output("stream"), file: () => output("file") },
    { rounds, warmUps: 0 },
  );
  const row = (name: "stream" | "file") => [
    `output from a ${name}`,
    medianAndSpread(grownMb[name], 0),
    medianAndSpread(ms[name], 0),
    medianAndSpread(ratios(ms[name], ms.copy)),
  ];
  return {
    title: "Binary outputs",
    note: `${mebibytes} MiB by the built executor, a fresh one each time, beside a copy of the file by \`fs.copyFile\`, ${rounds} rounds in turns. Goal: flat memory.`,
    columns: ["what", "grows by, MB", "ms", "× the copy"],
    rows: [["copy of the file", "", medianAndSpread(ms.copy, 0), 1], row("stream"), row("file")],
  };
}

const block = (value: string) => `import { createReadStream } from "node:fs";
  const chunk = Buffer.alloc(1 << 20);
  async function* chunks() { for (let i = 0; i < ${mebibytes}; i++) yield chunk; }
  export default async (_, context) => {
    const before = process.resourceUsage().maxRSS;
    const start = performance.now();
    await context.output("bytes", ${value});
    const ms = performance.now() - start;
    return { value: { ms, grownMb: (process.resourceUsage().maxRSS - before) / 1024 } };
  };`;

async function* chunks() {
  const chunk = Buffer.alloc(2 ** 20);
  for (let index = 0; index < mebibytes; index += 1) yield chunk;
}
