import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Measurement, round } from "../../../bench/helpers/measure.ts";
import { type StartedProgram, startProgram } from "../../../bench/helpers/start-program.ts";
import { watchMemory } from "../../../bench/helpers/watch-memory.ts";
import { fixturePackages, makeDataDirectory } from "../test/open-test-server.ts";
import { writeTasks } from "./listed-tasks.ts";

const taskCount = 10_000;
const inputBytes = 100_000;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../dist/cli.js");

/** What a list of large tasks costs the server, beside a bare one that collects all rows first, and another build if one is named. */
export async function measure(): Promise<Measurement> {
  if (!existsSync(built)) throw new Error("The server is not built here: run `pnpm build` first.");
  const other = process.env.BENCH_OTHER_SERVER;
  await using data = await makeDataDirectory();
  // The first to open it brings it up to date, which an older build would refuse.
  const oldest = other ?? built;
  await (await startServer(oldest, data.path))[Symbol.asyncDispose]();
  writeTasks(data.path, taskCount, inputBytes);
  const collecting = async () => startProgram(at("./collecting-list.ts"), [join(data.path, "connect.db")]);
  const contenders: [name: string, start: () => Promise<StartedProgram>][] = [
    ["bare node:http, all rows first", collecting],
    ...(other === undefined
      ? []
      : [[other, () => startServer(other, data.path)] as [string, typeof collecting]]),
    ["connect-server, as it is built", () => startServer(built, data.path)],
  ];
  const rows: (string | number)[][] = [];
  let baseline: Listed | undefined;
  for (const [name, start] of contenders) {
    await using server = await start();
    const listed = await list(server);
    baseline ??= listed;
    rows.push([
      name,
      round(listed.grownMib, 0),
      round(listed.grownMib / baseline.grownMib, 3),
      round(listed.firstByteMs, 1),
      round(listed.firstByteMs / baseline.firstByteMs, 4),
      round(listed.totalMs, 0),
      round(listed.healthMs, 1),
    ]);
  }
  return {
    title: "A list of large tasks",
    note: `\`GET /v1/tasks\` of ${taskCount} tasks with inputs of ${inputBytes / 1_000} kB each, read by curl, once each on the same database: by how many MiB the server's process grows at most, when the answer begins, when it ends, and the slowest of the requests that are sent one after the other meanwhile (\`GET /healthz\`). Goals: memory 0.05, first byte 0.02 of the baseline.`,
    columns: ["who", "grows by, MiB", "×", "first byte, ms", "×", "all, ms", "slowest /healthz, ms"],
    rows,
  };
}

function startServer(program: string, dataDirectory: string): Promise<StartedProgram> {
  const flags = ["--packages", fixturePackages, "--port", "0", "--data", dataDirectory];
  return startProgram(program, [...flags, "--spare-executors", "0"]);
}

interface Listed {
  grownMib: number;
  firstByteMs: number;
  totalMs: number;
  healthMs: number;
}

async function list({ pid, url }: StartedProgram): Promise<Listed> {
  const health = new URL("/healthz", url);
  for (let count = 0; count < 20; count += 1) await (await fetch(health)).text();
  const memory = watchMemory(pid);
  const times = "%{time_starttransfer} %{time_total} %{size_download}";
  const curl = spawn("curl", ["-s", "-o", "/dev/null", "-w", times, `${url}/v1/tasks`]);
  let said = "";
  curl.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  let isOver = false;
  let grownMib = Number.NaN;
  const exited = once(curl, "exit").finally(() => (isOver = true));
  const healthMs = await slowest(health, () => isOver).finally(() => {
    grownMib = memory.stop();
  });
  await exited;
  const [firstByte = Number.NaN, total = Number.NaN, bytes = 0] = said.split(" ").map(Number);
  if (bytes < taskCount * inputBytes) throw new Error(`Only ${bytes} bytes came from ${url}.`);
  return { grownMib, firstByteMs: firstByte * 1_000, totalMs: total * 1_000, healthMs };
}

/** Milliseconds of the slowest of requests that are sent one after the other. */
async function slowest(url: URL, isOver: () => boolean): Promise<number> {
  let mostMs = 0;
  while (!isOver()) {
    const startedMs = performance.now();
    await (await fetch(url)).text();
    mostMs = Math.max(mostMs, performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return mostMs;
}
