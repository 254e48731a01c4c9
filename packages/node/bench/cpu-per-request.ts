/**
 * CPU time of one small GET: the whole client (authentication, timeout, retry, decoding, validation) beside bare `fetch`
 * and bare `undici.request`, in turns within one process. Goal: under half of bare `fetch`.
 */
import { OomolConnectClient } from "@oomol/connect-node";
import { Agent } from "undici";
import { startSink } from "./start-sink.ts";

const requestsPerRound = 1_000;
const rounds = 7;

const sink = await startSink();
const url = `${sink.origin}/api/v1/tasks`;
const agent = new Agent();
const { origin, pathname } = new URL(url);
const client = new OomolConnectClient({ baseUrl: `${sink.origin}/api`, apiToken: "api-bench" });

const contenders: Record<string, () => Promise<unknown>> = {
  "bare fetch": async () => (await fetch(url)).json(),
  "bare undici.request": async () =>
    (await agent.request({ origin, path: pathname, method: "GET" })).body.json(),
  "whole client": () => client.tasks.list(),
};

const microseconds: Record<string, number[]> = Object.fromEntries(
  Object.keys(contenders).map((name) => [name, []]),
);
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, request] of Object.entries(contenders)) {
    const before = process.cpuUsage();
    for (let count = 0; count < requestsPerRound; count += 1) await request();
    const { user, system } = process.cpuUsage(before);
    // The first round only warms up.
    if (round > 0) microseconds[name]?.push((user + system) / requestsPerRound);
  }
}

const medians = Object.fromEntries(
  Object.entries(microseconds).map(([name, values]) => [
    name,
    values.sort((a, b) => a - b)[rounds >> 1] ?? 0,
  ]),
);
const fetchMicroseconds = medians["bare fetch"] ?? 0;
console.log("µs of CPU per request, median of", rounds, "rounds of", requestsPerRound);
for (const [name, value] of Object.entries(medians)) {
  console.log(
    name.padEnd(20),
    value.toFixed(0).padStart(5),
    `${(value / fetchMicroseconds).toFixed(2)} × fetch`,
  );
}
await Promise.all([client.close(), agent.close()]);
sink.stop();
