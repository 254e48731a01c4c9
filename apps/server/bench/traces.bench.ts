import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-core";
import { createTracedClient } from "@oomol/connect-core/traces";
import { BatchSpanProcessor, NoopSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { inTurns, type Measurement, medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";
import { startProgram as startHelper } from "../../../bench/helpers/start-program.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";
import { cpuTimeOf } from "./cpu-time.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const rounds = 7;
const runsOfClient = 1_000;
const tasksOfServer = 400;
const atOnce = 8;

type Row = [name: string, ownMs: string, ratio: string];

/** What traces cost where nobody has OpenTelemetry, where its API is there, and where spans are made. */
export async function measure(): Promise<Measurement> {
  const rows = [...(await measureClient()), ...(await measureServer())];
  return {
    title: "Traces",
    note: `CPU of the process itself for one run, in turns, ${rounds} rounds after one that is not counted; median (least–most). The client: ${runsOfClient} runs of a task that ends at once, one after the other. The server, as it is built: ${tasksOfServer} tasks of a block that appends a line to a file, ${atOnce} at once; with an SDK it exports every span by OTLP to a program that reads and drops them.`,
    columns: ["what", "ms of CPU for a run", "× without OpenTelemetry"],
    rows,
  };
}

async function measureClient(): Promise<Row[]> {
  await using server = await startHelper(at("../../../bench/helpers/instant-server.ts"));
  const options = { baseUrl: server.url };
  const exporter = { export: (_spans: unknown, done: (result: { code: 0 }) => void) => done({ code: 0 }) };
  const ending = { shutdown: async () => undefined, forceFlush: async () => undefined };
  const processor = new BatchSpanProcessor({ exporter: { ...exporter, ...ending } });
  const made = new TracerProvider({ spanProcessors: [processor] });
  const unread = new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] });
  const clients = {
    plain: new OomolConnectClient(options),
    idle: createTracedClient(OomolConnectClient, options),
    unread: createTracedClient(OomolConnectClient, options, { tracer: unread.getTracer("bench") }),
    made: createTracedClient(OomolConnectClient, options, { tracer: made.getTracer("bench") }),
  };
  const timed = (client: OomolConnectClient) => async () => {
    const before = process.cpuUsage();
    for (let run = 0; run < runsOfClient; run += 1)
      await client.tasks.run({ blockId: "a::b", inputValues: { text: "Hello" } });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / runsOfClient;
  };
  const seen = await inTurns(
    {
      plain: timed(clients.plain),
      idle: timed(clients.idle),
      unread: timed(clients.unread),
      made: timed(clients.made),
    },
    { rounds },
  );
  await processor.shutdown();
  return rowsOf(seen, {
    plain: "client",
    idle: "traced client, without an SDK",
    unread: "traced client, spans that nobody reads",
    made: "traced client, spans that are batched for an exporter",
  });
}

async function measureServer(): Promise<Row[]> {
  await using data = await makeDataDirectory();
  await using sink = await openSink();
  const flags = [
    ...["--packages", at("../test/fixtures/tally"), "--concurrency", "2", "--spare-executors", "2"],
  ];
  const hidden = {
    NODE_OPTIONS: `--import ${new URL("../test/hide-open-telemetry.mjs", import.meta.url).href}`,
  };
  await using absent = await startProgram(flags, { isBuilt: true, env: hidden });
  await using present = await startProgram(flags, { isBuilt: true });
  await using exporting = await startProgram([...flags, "--traces"], {
    isBuilt: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_METRICS_EXPORTER: "none" },
  });
  const inputs = { file: `${data.path}/runs.txt`, name: "x" };
  const timed =
    ({ child, client }: typeof absent, isTraced: boolean) =>
    async () => {
      const usedMs = () => cpuTimeOf(child.pid ?? 0).ownSeconds * 1_000;
      const before = usedMs();
      let left = tasksOfServer;
      const work = async () => {
        for (; left > 0; ) {
          left -= 1;
          const traceparent = `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`;
          const headers: Record<string, string> = { Prefer: "wait=60", ...(isTraced && { traceparent }) };
          const answer = await client.create("tally::tally", inputs, headers);
          const { task } = (await answer.json()) as { task: { status: string } };
          if (task.status !== "completed") throw new Error(`A task is ${task.status}.`);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      return (usedMs() - before) / tasksOfServer;
    };
  const seen = await inTurns(
    {
      absent: timed(absent, false),
      present: timed(present, false),
      passing: timed(present, true),
      exporting: timed(exporting, true),
    },
    { rounds },
  );
  return rowsOf(seen, {
    absent: "server, without OpenTelemetry",
    present: "server, with its API",
    passing: "server, with its API; callers name a trace",
    exporting: "server, `--traces`; callers name a trace",
  });
}

/** The first is what the others are compared with. */
function rowsOf<Name extends string>(seen: Record<Name, number[]>, names: Record<Name, string>): Row[] {
  const all = Object.keys(names) as Name[];
  const [baseline = all[0]] = all;
  return all.map((name) => [
    names[name],
    medianAndSpread(seen[name]),
    medianAndSpread(ratios(seen[name], baseline === undefined ? [] : seen[baseline])),
  ]);
}

/** Takes what an SDK exports, and keeps nothing of it. */
async function openSink() {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
