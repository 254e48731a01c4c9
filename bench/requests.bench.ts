import { OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { OomolConnectClient as NodeClient } from "@oomol/connect-node";
import { request as undiciRequest } from "undici";
import { inTurns, type Measurement, medianAndSpread, ratios } from "./helpers/measure.ts";
import { startTaskServer } from "./helpers/start-task-server.ts";

const requestsPerRound = 2_000;
const rounds = 9;

/** CPU of this process for one small GET: the least that Node offers beside the whole client, on both transports. */
export async function measure(): Promise<Measurement> {
  await using server = await startTaskServer();
  const { baseUrl } = server;
  await using core = new CoreClient({ baseUrl });
  await using node = new NodeClient({ baseUrl });
  const url = `${baseUrl}/v1/tasks/t`;
  const micros = await inTurns(
    {
      fetch: () => cpuMicros(async () => (await fetch(url)).json()),
      undici: () => cpuMicros(async () => (await undiciRequest(url)).body.json()),
      core: () => cpuMicros(() => core.tasks.get("t")),
      node: () => cpuMicros(() => node.tasks.get("t")),
    },
    { rounds },
  );
  const row = (name: string, own: number[]) => [
    name,
    medianAndSpread(own, 0),
    medianAndSpread(ratios(own, micros.fetch)),
    medianAndSpread(ratios(own, micros.undici)),
  ];
  return {
    title: "CPU per small request",
    note: `GET of a task, one after the other, ${rounds} rounds of ${requestsPerRound} in turns; user and system time of the client's process, median (least–most). The client signs, times out, retries, decodes and checks; goal on Node: half of bare \`fetch\`.`,
    columns: ["client", "µs of CPU", "× bare fetch", "× undici.request"],
    rows: [
      row("bare `fetch`, body read as JSON", micros.fetch),
      row("bare `undici.request`, body read as JSON", micros.undici),
      row("connect-core, on `fetch`", micros.core),
      row("connect-node, on undici", micros.node),
    ],
  };
}

async function cpuMicros(request: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < requestsPerRound; count += 1) await request();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requestsPerRound;
}
