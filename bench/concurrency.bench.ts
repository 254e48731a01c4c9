import { OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { OomolConnectClient as NodeClient } from "@oomol/connect-node";
import { Agent, request as undiciRequest } from "undici";
import { inTurns, type Measurement, median, medianAndSpread, ratios, round } from "./helpers/measure.ts";
import { startTaskServer } from "./helpers/start-task-server.ts";

const levels = [1, 3, 10, 30, 100, 300];
const requestsPerRound = 1_500;
const rounds = 5;

/** Small requests per second, by how many are under way at once. */
export async function measure(): Promise<Measurement> {
  await using server = await startTaskServer();
  const { baseUrl } = server;
  const url = `${baseUrl}/v1/tasks/t`;
  await using core = new CoreClient({ baseUrl });
  await using node = new NodeClient({ baseUrl });
  // As many connections as the others may open.
  const agent = new Agent();
  const requests = {
    "bare fetch": async () => (await fetch(url)).json(),
    "undici.request": async () => (await undiciRequest(url, { dispatcher: agent })).body.json(),
    "connect-core": () => core.tasks.get("t"),
    "connect-node": () => node.tasks.get("t"),
  };
  type Name = keyof typeof requests;
  const names = Object.keys(requests) as Name[];
  const rows: (string | number)[][] = [];
  const series = names.map((name) => ({ name, points: [] as [number, number][] }));
  for (const level of levels) {
    const contenders = names.map((name) => [name, () => perSecond(requests[name], level)]);
    const rates: Record<Name, number[]> = await inTurns(Object.fromEntries(contenders), { rounds });
    for (const [index, name] of names.entries()) {
      series[index]?.points.push([level, round(median(rates[name]), 0)]);
    }
    rows.push([
      level,
      ...names.map((name) => medianAndSpread(rates[name], 0)),
      medianAndSpread(ratios(rates["connect-core"], rates["bare fetch"])),
      medianAndSpread(ratios(rates["connect-node"], rates["undici.request"])),
    ]);
  }
  await agent.close();
  return {
    title: "Requests against concurrency",
    note: `GETs of a task a second, ${rounds} rounds of ${requestsPerRound} in turns, one server process for all; median (least–most). Client and server share this machine's CPUs, so the server's share is in every number.`,
    columns: ["at once", ...names, "core × fetch", "node × undici"],
    rows,
    plots: [
      {
        name: "requests-against-concurrency",
        xLabel: "requests at once",
        yLabel: "requests a second",
        isLogX: true,
        series,
      },
    ],
  };
}

async function perSecond(request: () => Promise<unknown>, atOnce: number): Promise<number> {
  let left = requestsPerRound;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await request();
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  return (requestsPerRound * 1_000) / (performance.now() - startedMs);
}
