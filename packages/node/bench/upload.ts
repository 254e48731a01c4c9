/**
 * Uploads a sparse file of 4 GiB (or of as many MiB as the first argument says) to a sink in another process: growth of
 * this process's memory (goal: under 64 MiB), and throughput beside curl against the same sink (goal: half of it).
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { OomolConnectClient } from "@oomol/connect-node";
import { startSink } from "./start-sink.ts";

const mebibyte = 2 ** 20;
const sizeBytes = Number(process.argv[2] ?? 4_096) * mebibyte;
const rounds = Number(process.argv[3] ?? 3);

const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
const path = join(folder, "sparse.bin");
const sink = await startSink();
const client = new OomolConnectClient({ baseUrl: `${sink.origin}/api` });
try {
  await writeFile(path, "");
  // The first request loads what later ones use.
  await client.tasks.createWithFiles("pkg::sink", {}, path);
  await truncate(path, sizeBytes);
  const ours: number[] = [];
  const curls: number[] = [];
  let growthBytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const startRss = process.memoryUsage.rss();
    const watch = setInterval(() => {
      growthBytes = Math.max(growthBytes, process.memoryUsage.rss() - startRss);
    }, 20);
    ours.push(await mebibytesPerSecond(() => client.tasks.createWithFiles("pkg::sink", {}, path)));
    clearInterval(watch);
    curls.push(await mebibytesPerSecond(() => uploadByCurl(`${sink.origin}/api/v1/tasks`)));
  }
  const best = { ours: Math.max(...ours), curl: Math.max(...curls) };
  console.log(
    `${sizeBytes / mebibyte} MiB, ${rounds} rounds, MiB/s: ours ${ours.map(Math.round)}; curl ${curls.map(Math.round)}`,
  );
  console.log(
    `best: ours ${best.ours.toFixed(0)}, curl ${best.curl.toFixed(0)}: ${(best.ours / best.curl).toFixed(2)} × curl`,
  );
  console.log(`growth of RSS while uploading, at most: ${(growthBytes / mebibyte).toFixed(1)} MiB`);
} finally {
  await client.close();
  sink.stop();
  await rm(folder, { recursive: true });
}

async function mebibytesPerSecond(upload: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await upload();
  return sizeBytes / mebibyte / ((performance.now() - start) / 1_000);
}

function uploadByCurl(url: string): Promise<unknown> {
  return promisify(execFile)("curl", [
    "--silent",
    "--noproxy",
    "*",
    "--form",
    `files=@${path}`,
    "--header",
    "Expect:",
    url,
  ]);
}
