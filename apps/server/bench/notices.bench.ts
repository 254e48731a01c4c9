import { setTimeout as delay } from "node:timers/promises";
import { startPostgres, type TestPostgres } from "@oomol/test-helpers/start-postgres";
import pg from "pg";
import { type Measurement, median, round } from "../../../bench/helpers/measure.ts";
import { cpuTimeOf } from "./cpu-time.ts";

const counts = [10, 26, 100, 200];
const rounds = 3;
const noticesPerRound = 300;
/** As long as one about a task. */
const payload = "x".repeat(53);

interface Round {
  postgresUs: number;
  listenersUs: number;
  received: number;
}

type ChannelOf = (listener: number) => string;

/** What a notice costs, by how many connections listen, and whether to the same channel or each to one of its own. */
export async function measure(): Promise<Measurement> {
  await using postgres = Object.assign(await startPostgres(), {
    [Symbol.asyncDispose]: () => postgres.close(),
  });
  const channels: Record<string, ChannelOf> = {
    "the same": () => "shared",
    "one of its own": (listener) => `own_${listener}`,
  };
  const contenders = [
    { name: "nobody listens", count: 0, channel: () => "shared" },
    ...counts.flatMap((count) =>
      Object.entries(channels).map(([name, channel]) => ({
        name: `${count} listen, each to ${name}`,
        count,
        channel,
      })),
    ),
  ];
  const seen = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const { name, count, channel } of contenders)
      seen.get(name)?.push(await notify(postgres, count, channel));
  }
  const middle = (all: readonly Round[], of: keyof Round) => median(all.map((one) => one[of]));
  const rows = contenders.map(({ name, count }) => {
    const all = seen.get(name) ?? [];
    const postgresUs = middle(all, "postgresUs");
    const nobody = middle(seen.get("nobody listens") ?? [], "postgresUs");
    return [
      name,
      round(postgresUs, 0),
      count === 0 ? "" : round((postgresUs - nobody) / count, 1),
      round(middle(all, "listenersUs"), 0),
      round(middle(all, "received"), 2),
    ];
  });
  return {
    title: "Notices by how many listen",
    note: `${rounds} rounds in turns of ${noticesPerRound} notices, each in a transaction of its own, one after the other; median of the rounds. CPU of PostgreSQL with all its processes, and of the one that sends and listens, both for each notice. A notice wakes every connection that listens to anything in its database, also those that listen to other channels.`,
    columns: [
      "who listens",
      "PostgreSQL, µs CPU",
      "the same for each listener",
      "clients, µs CPU",
      "received",
    ],
    rows,
  };
}

async function notify(postgres: TestPostgres, count: number, channelOf: ChannelOf): Promise<Round> {
  const url = postgres.urlOf("postgres");
  const clients: pg.Client[] = [];
  const connect = async () => {
    const client = new pg.Client(url);
    await client.connect();
    clients.push(client);
    return client;
  };
  let received = 0;
  try {
    for (let listener = 0; listener < count; listener += 1) {
      const client = await connect();
      client.on("notification", () => (received += 1));
      await client.query(`listen ${channelOf(listener)}`);
    }
    const sender = await connect();
    const before = readCpuUs(postgres);
    for (let sent = 0; sent < noticesPerRound; sent += 1) {
      await sender.query("select pg_notify($1, $2)", [channelOf(count === 0 ? 0 : sent % count), payload]);
    }
    await delay(500); // those that were woken last
    const after = readCpuUs(postgres);
    return {
      postgresUs: (after.postgres - before.postgres) / noticesPerRound,
      listenersUs: (after.own - before.own) / noticesPerRound,
      received: received / noticesPerRound,
    };
  } finally {
    for (const client of clients) await client.end();
  }
}

function readCpuUs({ process: server }: TestPostgres): { postgres: number; own: number } {
  const { ownSeconds, othersSeconds } = cpuTimeOf(server.pid ?? 0);
  const { user, system } = process.cpuUsage();
  return { postgres: (ownSeconds + othersSeconds) * 1e6, own: user + system };
}
