import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  inTurns,
  type Measurement,
  medianAndSpread,
  percentile,
  ratios,
} from "../../../bench/helpers/measure.ts";
import { openNodeClient } from "../../../bench/helpers/open-node-client.ts";
import { type StartedProgram, startProgram } from "../../../bench/helpers/start-program.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { cpuTimeOf } from "./cpu-time.ts";

const runs = 1_000;
const rounds = 3;
const playing = fileURLToPath(new URL("./playing-server.ts", import.meta.url));

interface Round {
  requests: number;
  /** How often the progress of a run was told. */
  looks: number;
  clientMs: number;
  serverMs: number;
  lateMs: number;
}

/** Many runs at once by one client: with one stream that they share, and with a stream for each. */
export async function measure(): Promise<Measurement> {
  await using data = await makeDataDirectory();
  await using shared = await startProgram(playing, [`${data.path}/shared`]);
  await using apart = await startProgram(playing, [`${data.path}/apart`, "shared-events"]);
  const seen: Record<"apart" | "shared", Round[]> = { apart: [], shared: [] };
  const take = (name: keyof typeof seen, server: StartedProgram) => async () => {
    const round = await runAll(server);
    seen[name].push(round);
    return round.requests;
  };
  await inTurns({ apart: take("apart", apart), shared: take("shared", shared) }, { rounds });
  // The first of each is for what is compiled and connected once.
  const of = (name: keyof typeof seen, field: keyof Round) => seen[name].slice(1).map((one) => one[field]);
  const row = (title: string, name: keyof typeof seen) => [
    title,
    medianAndSpread(of(name, "requests"), 0),
    medianAndSpread(of(name, "looks"), 1),
    medianAndSpread(of(name, "clientMs"), 0),
    medianAndSpread(ratios(of(name, "clientMs"), of("apart", "clientMs"))),
    medianAndSpread(of(name, "serverMs"), 0),
    medianAndSpread(ratios(of(name, "serverMs"), of("apart", "serverMs"))),
    medianAndSpread(of(name, "lateMs"), 0),
  ];
  return {
    title: "Many runs by one client",
    note: `${runs} runs at once of 3 s each, every one with its progress, ${rounds} rounds in turns. The server is ours with its database and all but the processes of blocks, in a process of its own. Requests beyond the creations; how often the progress of a run was told, ten steps and the changes of its status; CPU of either process for all runs; lateness from the end of a task, as its block names it, to the settled promise, the 99th percentile.`,
    columns: [
      "way",
      "requests more",
      "told of each",
      "client's CPU, ms",
      "× apart",
      "server's CPU, ms",
      "× apart",
      "p99 late, ms",
    ],
    rows: [row("a stream for each", "apart"), row("one that they share", "shared")],
  };
}

async function runAll(server: StartedProgram): Promise<Round> {
  let requests = 0;
  let steps = 0;
  const onRequest = () => {
    requests += 1;
    return undefined;
  };
  await using client = openNodeClient(server.url, { onRequest });
  await client.tasks.list({ limit: 1 }); // tells what the server can
  let looks = 0;
  const onProgress = () => {
    looks += 1;
  };
  await pause(500); // what the round before has left behind is done
  const before = { client: process.cpuUsage(), server: cpuTimeOf(server.pid).ownSeconds };
  requests = -runs;
  const late = await Promise.all(
    Array.from({ length: runs }, async () => {
      const request = { blockId: "lab::shout", inputValues: { text: "x", mark: "!" } };
      const { result, logs } = await client.tasks.run(request, { onProgress });
      steps += logs.filter(({ type }) => type === "BlockProgress").length;
      return Date.now() - Number(result.endedAt);
    }),
  );
  const { user, system } = process.cpuUsage(before.client);
  if (steps !== runs * 10) throw new Error(`Of ${runs} runs there were ${steps} steps.`);
  return {
    requests,
    looks: looks / runs,
    clientMs: (user + system) / 1_000,
    serverMs: (cpuTimeOf(server.pid).ownSeconds - before.server) * 1_000,
    lateMs: percentile(late, 0.99),
  };
}
