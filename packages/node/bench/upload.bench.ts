import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  inTurns,
  type Measurement,
  median,
  medianAndSpread,
  ratios,
  round,
} from "../../../bench/helpers/measure.ts";
import { startSink } from "./start-sink.ts";

const mebibyte = 2 ** 20;
const sizesMib = [16, 64, 256, 1_024, 4_096];
/** What `fetch` holds in memory grows with the file, so it is spared the largest. */
const largestForFetchMib = 1_024;
const rounds = 3;

interface Upload {
  seconds: number;
  growthBytes: number;
}

/** Memory and speed of one upload, by the size of the file. */
export async function measure(): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
  const path = join(folder, "sparse.bin");
  const sink = await startSink();
  const rows: (string | number)[][] = [];
  const growth = { client: [] as [number, number][], fetch: [] as [number, number][] };
  try {
    await writeFile(path, "");
    for (const sizeMib of sizesMib) {
      await truncate(path, sizeMib * mebibyte);
      const grownMib = { client: [] as number[], fetch: [] as number[] };
      const run = async (who: "client" | "fetch") => {
        const { seconds, growthBytes } = await uploadApart(sink.origin, path, who, sizeMib * mebibyte);
        grownMib[who].push(growthBytes / mebibyte);
        return sizeMib / seconds;
      };
      const hasFetch = sizeMib <= largestForFetchMib;
      const speeds: Record<string, number[]> = await inTurns<string>(
        {
          client: () => run("client"),
          curl: async () => sizeMib / (await secondsByCurl(`${sink.origin}/api/v1/tasks`, path)),
          ...(hasFetch && { fetch: () => run("fetch") }),
        },
        { rounds, warmUps: 0 },
      );
      const { client = [], curl = [], fetch = [] } = speeds;
      growth.client.push([sizeMib, round(median(grownMib.client), 1)]);
      if (hasFetch) growth.fetch.push([sizeMib, round(median(grownMib.fetch), 1)]);
      rows.push([
        sizeMib,
        medianAndSpread(grownMib.client, 1),
        hasFetch ? medianAndSpread(grownMib.fetch, 1) : "not tried",
        medianAndSpread(client, 0),
        medianAndSpread(curl, 0),
        medianAndSpread(ratios(client, curl)),
        hasFetch ? medianAndSpread(ratios(client, fetch)) : "",
      ]);
    }
  } finally {
    sink.stop();
    await rm(folder, { recursive: true });
  }
  return {
    title: "Memory and speed against file size",
    note: `One upload of a sparse file to a sink in another process, each in a fresh process, ${rounds} rounds in turns; growth of resident memory while it uploads and MiB/s, median (least–most). Goals: under 64 MiB of growth at 4 GiB, and half of curl's speed.`,
    columns: [
      "file, MiB",
      "connect-node grows by, MiB",
      "`fetch` with `FormData` grows by, MiB",
      "connect-node, MiB/s",
      "curl, MiB/s",
      "speed × curl",
      "speed × `fetch`",
    ],
    rows,
    plots: [
      {
        name: "memory-against-file-size",
        xLabel: "size of the file, MiB",
        yLabel: "growth of memory, MiB",
        isLogX: true,
        series: [
          { name: "fetch with FormData", points: growth.fetch },
          { name: "connect-node", points: growth.client },
        ],
      },
    ],
  };
}

async function uploadApart(origin: string, path: string, who: string, sizeBytes: number): Promise<Upload> {
  const program = fileURLToPath(new URL("./upload-once.ts", import.meta.url));
  const child = fork(program, [origin, path, who, String(sizeBytes)]);
  const first = await Promise.race([once(child, "message"), once(child, "exit")]);
  const [upload] = first as [Upload | number];
  if (typeof upload !== "object") throw new Error(`the upload by ${who} ended with ${upload}`);
  return upload;
}

async function secondsByCurl(url: string, path: string): Promise<number> {
  const startedMs = performance.now();
  const form = ["--form", "manifest=pkg::sink", "--form", `files=@${path}`];
  await promisify(execFile)("curl", [
    "--silent",
    "--fail",
    "--noproxy",
    "*",
    ...form,
    "--header",
    "Expect:",
    url,
  ]);
  return (performance.now() - startedMs) / 1_000;
}
