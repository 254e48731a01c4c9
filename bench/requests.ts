import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { OomolConnectClient as NodeClient } from "@oomol/connect-node";
import { type Measurement, median, round } from "./helpers/measure.ts";

const requestsPerRound = 3_000;
const rounds = 7;

/** CPU of this process for one small GET: bare `fetch` beside the whole client, on both transports. */
export async function measureRequests(): Promise<Measurement> {
  // In a process of its own, so that only the client's work is counted.
  const server = spawn(
    process.execPath,
    [fileURLToPath(new URL("./helpers/task-server.ts", import.meta.url))],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [line] = await once(server.stdout, "data");
  const baseUrl = String(line).trim();
  const core = new CoreClient({ baseUrl });
  const node = new NodeClient({ baseUrl });
  const contenders: [name: string, request: () => Promise<unknown>][] = [
    ["bare fetch, body read as JSON", async () => (await fetch(`${baseUrl}/v1/tasks/t`)).json()],
    ["connect-core on fetch", () => core.tasks.get("t")],
    ["connect-node", () => node.tasks.get("t")],
  ];
  const micros = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, [, request]] of contenders.entries()) micros[index]?.push(await cpuMicros(request));
  }
  await Promise.all([core.close(), node.close()]);
  server.kill();
  const baseline = median(micros[0] ?? []);
  return {
    title: "CPU per small request",
    note: `GET of a task, one after the other, ${rounds} interleaved rounds of ${requestsPerRound}; user and system time of the client's process.`,
    columns: ["client", "µs, median", "least", "most", "× bare fetch"],
    rows: contenders.map(([name], index) => {
      const own = micros[index] ?? [];
      const middle = median(own);
      return [
        name,
        round(middle, 0),
        round(Math.min(...own), 0),
        round(Math.max(...own), 0),
        round(middle / baseline),
      ];
    }),
  };
}

async function cpuMicros(request: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < 300; warm += 1) await request();
  const before = process.cpuUsage();
  for (let count = 0; count < requestsPerRound; count += 1) await request();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requestsPerRound;
}
