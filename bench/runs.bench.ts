import { fileURLToPath } from "node:url";
import { OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { OomolConnectClient as NodeClient } from "@oomol/connect-node";
import { request as undiciRequest } from "undici";
import { compareClientCpu } from "./helpers/compare-client-cpu.ts";
import type { Measurement } from "./helpers/measure.ts";
import { startProgram } from "./helpers/start-program.ts";

const runsPerRound = 2_000;
const rounds = 9;
const instantServer = fileURLToPath(new URL("./helpers/instant-server.ts", import.meta.url));

/** CPU of this process for a whole run of a task that ends at once, beside the bare requests of such a run. */
export async function measure(): Promise<Measurement> {
  await using server = await startProgram(instantServer);
  const baseUrl = server.url;
  await using core = new CoreClient({ baseUrl });
  await using node = new NodeClient({ baseUrl });
  const blockId = "a::b";
  const inputValues = { text: "Hello" };
  const inputs = [{ handle: "text", value: "Hello" }];
  const body = JSON.stringify({ manifest: blockId, inputValues: [{ nodeId: "_", inputs }] });
  const post = { method: "POST", body, headers: { "content-type": "application/json" } } as const;
  const [tasks, task, logs] = ["/v1/tasks", "/v1/tasks/t", "/v1/tasks/t/logs"].map((path) => baseUrl + path);
  if (!tasks || !task || !logs) throw new Error("three addresses");
  const calls = {
    async fetch() {
      await (await fetch(tasks, post)).json();
      await (await fetch(task)).json();
      await (await fetch(logs)).json();
    },
    async undici() {
      await (await undiciRequest(tasks, post)).body.json();
      await (await undiciRequest(task)).body.json();
      await (await undiciRequest(logs)).body.json();
    },
    core: () => core.tasks.run({ blockId, inputValues }),
    node: () => node.tasks.run({ blockId, inputValues }),
  };
  const bare = {
    fetch: "three bare `fetch`, bodies read as JSON",
    undici: "three bare `undici.request`, bodies read as JSON",
  };
  return {
    title: "CPU of a run",
    note: `A task that ends at once, at a server as in the field: created, asked for, its logs read; one after the other, ${rounds} rounds of ${runsPerRound} in turns; user and system time of the client's process, median (least–most). The client checks, retries, times out, decodes and reads the result; goal: 1.1 of bare \`fetch\`, on Node.js 0.6.`,
    ...(await compareClientCpu(calls, { rounds, callsPerRound: runsPerRound, bare })),
  };
}
