import { OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { OomolConnectClient as NodeClient } from "@oomol/connect-node";
import { request as undiciRequest } from "undici";
import { compareClientCpu } from "./helpers/compare-client-cpu.ts";
import type { Measurement } from "./helpers/measure.ts";
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
  const calls = {
    fetch: async () => (await fetch(url)).json(),
    undici: async () => (await undiciRequest(url)).body.json(),
    core: () => core.tasks.get("t"),
    node: () => node.tasks.get("t"),
  };
  const bare = {
    fetch: "bare `fetch`, body read as JSON",
    undici: "bare `undici.request`, body read as JSON",
  };
  return {
    title: "CPU per small request",
    note: `GET of a task, one after the other, ${rounds} rounds of ${requestsPerRound} in turns; user and system time of the client's process, median (least–most). The client signs, times out, retries, decodes and checks; goal on Node: half of bare \`fetch\`.`,
    ...(await compareClientCpu(calls, { rounds, callsPerRound: requestsPerRound, bare })),
  };
}
