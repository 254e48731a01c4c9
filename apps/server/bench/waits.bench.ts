import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Measurement, round } from "../../../bench/helpers/measure.ts";
import { residentMib } from "../../../bench/helpers/resident-mib.ts";
import { type StartedProgram, startProgram } from "../../../bench/helpers/start-program.ts";
import { fixturePackages, makeDataDirectory, TestClient } from "../test/open-test-server.ts";
import { openWaits } from "./open-waits.ts";

const counts = [1_000, 10_000];
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../dist/cli.js");
const ends = '"status":"completed"';
/** Until what a process has set aside for the requests themselves is settled. */
const settledMs = 2_000;

const ways = [
  { name: "held answers", headers: ["Prefer: wait=60"] },
  { name: "event streams", headers: ["Accept: text/event-stream"] },
];

/** Many who wait for one task: memory for each, and when the last of them knows that it has ended. */
export async function measure(): Promise<Measurement> {
  if (!existsSync(built)) throw new Error("The server is not built here: run `pnpm build` first.");
  const rows: (string | number)[][] = [];
  for (const count of counts) {
    const bare = await waitAtBare(count);
    rows.push(["bare node:http, held answers", ...cells(count, bare)]);
    for (const { name, headers } of ways) {
      rows.push([`connect-server, ${name}`, ...cells(count, await waitAtServer(count, headers), bare)]);
    }
  }
  return {
    title: "Many who wait for one task",
    note: "Each has a connection of its own, all at one server, which is started anew for each row. Memory: by how much its process has grown when all wait, by their number. The last one: from the end of the task, as the task itself names it, until all have been told; this process, which reads them all, takes its share.",
    columns: ["who", "waits", "KiB each", "× bare", "last one told after, ms", "× bare"],
    rows,
  };
}

interface Waited {
  grownMib: number;
  lastMs: number;
}

function cells(count: number, { grownMib, lastMs }: Waited, bare?: Waited): (string | number)[] {
  const ratio = (own: number, other: number | undefined) => (other === undefined ? 1 : round(own / other, 1));
  return [
    count,
    round((grownMib * 1_024) / count, 1),
    ratio(grownMib, bare?.grownMib),
    round(lastMs, 0),
    ratio(lastMs, bare?.lastMs),
  ];
}

async function waitAtBare(count: number): Promise<Waited> {
  await using server = await startProgram(at("./holding-server.ts"));
  const end = async () => {
    const answer = await fetch(new URL("/end", server.url));
    await answer.text();
  };
  return await wait(server, { url: `${server.url}/v1/tasks/t`, count, headers: [], end });
}

async function waitAtServer(count: number, headers: readonly string[]): Promise<Waited> {
  await using data = await makeDataDirectory();
  const flags = ["--packages", fixturePackages, "--port", "0", "--data", data.path, "--spare-executors", "0"];
  await using server = await startProgram(built, flags);
  const client = new TestClient(server.url);
  const signal = join(data.path, "now");
  const id = await client.start("lab::when-told", { signal });
  await client.waitForLog(id, "BlockLog");
  const url = `${server.url}/v1/tasks/${id}`;
  return await wait(server, { url, count, headers, end: () => writeFile(signal, "") });
}

async function wait(
  { pid }: StartedProgram,
  {
    url,
    count,
    headers,
    end,
  }: { url: string; count: number; headers: readonly string[]; end(): Promise<void> },
): Promise<Waited> {
  const restMib = residentMib(pid);
  const waits = await openWaits(url, { count, headers, end: ends });
  try {
    await pause(settledMs);
    const grownMib = residentMib(pid) - restMib;
    await end();
    const { toldAtMs, text } = await waits.ended;
    return { grownMib, lastMs: toldAtMs - endOf(text) };
  } finally {
    waits.close();
  }
}

/** When the task had ended, as an answer tells. */
function endOf(text: string): number {
  const [, atMs] = /.*"updated_at":(\d+)/s.exec(text) ?? [];
  return Number(atMs);
}
