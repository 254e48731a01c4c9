import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inTurns, type Measurement, medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";
import { startSink } from "./start-sink.ts";
import type { Transfer } from "./time-transfer.ts";

const sizeMib = 512;
const rounds = 5;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

const runtimes: readonly [name: string, program: string, args: readonly string[]][] = [
  ["Node.js", process.execPath, []],
  ["Bun", at("../../../tests/node_modules/.bin/bun"), ["run"]],
  [
    "Deno",
    at("../../../tests/node_modules/.bin/deno"),
    ["run", "--quiet", "--allow-all", "--node-modules-dir=manual", "--no-config"],
  ],
];

const ways: Record<string, string> = {
  path: "a path",
  blob: "a `Blob` by `openAsBlob`",
  file: "a `File` of such a `Blob`",
  readStream: "an `fs.ReadStream`",
  webStream: "a web stream, `Readable.toWeb` of it",
  byteStream: "a byte stream, `readableWebStream()`",
  coreBlob: "that `Blob` by core, on `fetch`",
  download: "a download to disk",
};

/** Memory and speed of one upload by what its file is given as, and of a download, on each runtime. */
export async function measure(): Promise<Measurement> {
  if (!existsSync(at("../dist/index.js"))) throw new Error("Nothing is built here: run `pnpm build` first.");
  const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
  const path = join(folder, "sparse.bin");
  const sink = await startSink();
  try {
    await writeFile(path, "");
    await truncate(path, sizeMib * 2 ** 20);
    const rows: (string | number)[][] = [];
    for (const runtime of runtimes) rows.push(...(await rowsOf(runtime, sink.origin, path)));
    return {
      title: "Uploads by source, and downloads",
      note: `${sizeMib} MiB between a sparse file and a process that reads or makes bytes, each in a fresh process, ${rounds} rounds in turns; the least and most in brackets. Goals: a Blob at 0.8 of a path, streams at 0.6, growth of 32 MiB at most. \`openAsBlob\` of Deno reads the whole file at once.`,
      columns: ["runtime", "file", "grows by, MiB", "MiB/s", "× a path", "CPU, s", "× curl"],
      rows,
    };
  } finally {
    sink.stop();
    await rm(folder, { recursive: true });
  }
}

async function rowsOf(
  [name, program, args]: (typeof runtimes)[number],
  origin: string,
  path: string,
): Promise<(string | number)[][]> {
  if (!existsSync(program)) return [[name, "not installed", "", "", "", "", ""]];
  const grownMib: Record<string, number[]> = {};
  const cpu: Record<string, number[]> = {};
  const moveBy = async (way: string) => {
    const { stdout } = await run(program, [
      ...args,
      at("./transfer-once.ts"),
      origin,
      path,
      way,
      String(sizeMib * 2 ** 20),
    ]);
    const { seconds, growthBytes, cpuSeconds } = JSON.parse(stdout) as Transfer;
    grownMib[way] ??= [];
    grownMib[way].push(growthBytes / 2 ** 20);
    cpu[way] ??= [];
    cpu[way].push(cpuSeconds);
    return sizeMib / seconds;
  };
  const contenders = Object.keys(ways).map((way) => [way, () => moveBy(way)] as const);
  const speeds: Record<string, number[]> = await inTurns<string>(
    {
      ...Object.fromEntries(contenders),
      curlUp: () =>
        speedOfCurl(`${origin}/api/v1/tasks`, ["--form", "manifest=pkg::sink", "--form", `files=@${path}`]),
      curlDown: () =>
        speedOfCurl(`${origin}/api/v1/tasks/t/files/${sizeMib * 2 ** 20}`, ["--output", `${path}.curl`]),
    },
    { rounds, warmUps: 0 },
  );
  return Object.entries(ways).map(([way, file]) => {
    const [own = [], curl = []] = [speeds[way], speeds[way === "download" ? "curlDown" : "curlUp"]];
    return [
      name,
      file,
      medianAndSpread(grownMib[way] ?? [], 1),
      medianAndSpread(own, 0),
      way === "download" ? "" : medianAndSpread(ratios(own, speeds.path ?? [])),
      medianAndSpread(cpu[way] ?? []),
      medianAndSpread(ratios(own, curl)),
    ];
  });
}

async function speedOfCurl(url: string, args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  await run("curl", ["--silent", "--fail", "--noproxy", "*", "--header", "Expect:", ...args, url]);
  return sizeMib / ((performance.now() - startedMs) / 1_000);
}
