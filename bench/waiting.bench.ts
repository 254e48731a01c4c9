import {
  OomolConnectClient,
  type PollingOptions,
  type Transport,
  type TransportResponse,
} from "@oomol/connect-core";
import { type Measurement, mean, round } from "./helpers/measure.ts";

const runs = 400;
const seconds = [0.2, 1, 10, 100];

const schedules: [name: string, options: PollingOptions, canHold: boolean][] = [
  ["ours, a server in the field", {}, false],
  ["ours, a server that holds answers", {}, true],
  [
    "the seed's: 2 s, ×1.5, at most 10 s",
    { intervalMs: 2_000, backoffFactor: 1.5, maxIntervalMs: 10_000 },
    false,
  ],
  ["every second", { intervalMs: 1_000, backoffFactor: 1 }, false],
];

/** How late the end of a task is seen, and after how many requests: the real client on a virtual clock. */
export async function measure(): Promise<Measurement> {
  const rows: (string | number)[][] = [];
  for (const [name, options, canHold] of schedules) {
    for (const duration of seconds) {
      const outcomes = [];
      for (let run = 0; run < runs; run += 1) {
        // Spread over ±20 %, so that no schedule meets the end by its step.
        outcomes.push(await waitOnce(duration * 1_000 * (0.8 + (0.4 * run) / runs), options, canHold));
      }
      const requests = mean(outcomes.map((outcome) => outcome.requests));
      const most = Math.max(...outcomes.map((outcome) => outcome.requests));
      const lateS = mean(outcomes.map((outcome) => outcome.lateMs)) / 1_000;
      rows.push([name, `${duration} s`, round(requests, 1), most, `${round(lateS)} s`]);
    }
  }
  return {
    title: "Waiting for a task",
    note: `${runs} tasks of each length (±20 %), virtual clock, answers at once. Requests are those for the status, the creation apart.`,
    columns: ["schedule", "task", "requests, mean", "requests, most", "seen late, mean"],
    rows,
  };
}

async function waitOnce(durationMs: number, options: PollingOptions, canHold: boolean) {
  let nowMs = 0;
  let requests = 0;
  const clock = {
    now: () => nowMs,
    delay: async (delayMs: number) => {
      nowMs += delayMs;
    },
  };
  const transport: Transport = {
    async send({ method, headers }) {
      if (method === "GET") requests += 1;
      const holdS = canHold ? Number(/wait=(\d+)/.exec(headers.prefer ?? "")?.[1] ?? 0) : 0;
      if (holdS > 0) nowMs = Math.min(Math.max(nowMs, durationMs), nowMs + holdS * 1_000);
      const status = nowMs >= durationMs ? "completed" : "running";
      return answer({ task: { id: "t", status } }, canHold, holdS > 0);
    },
  };
  const client = new OomolConnectClient({ baseUrl: "http://virtual.test/api", transport, clock });
  await client.tasks.createAndWait({ blockId: "a::b" }, options);
  return { requests, lateMs: nowMs - durationMs };
}

function answer(body: object, canHold: boolean, wasHeld: boolean): TransportResponse {
  const headers: Record<string, string> = {
    ...(canHold && { "connect-extensions": "wait" }),
    ...(wasHeld && { "preference-applied": "wait" }),
  };
  return {
    status: 200,
    header: (name) => headers[name],
    text: async () => JSON.stringify(body),
    stream: () => new ReadableStream(),
  };
}
