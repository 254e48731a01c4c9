// A real server with real executors, and real clients that reach it over a network that breaks, for some minutes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { OomolConnectClient as NodeClient } from "@oomol/connect-node";
import { createFaultPlan, httpFaultKinds, openHttpFaultProxy } from "@oomol/fault-proxy";
import { findDoubled, readLedger } from "./ledger.ts";
import { measureProcess } from "./measure-process.ts";
import { printReport } from "./print-report.ts";
import { runTasks } from "./run-tasks.ts";
import { startServer } from "./start-server.ts";
import { createTally } from "./tally.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    share: { type: "string", default: "0.15" },
  },
});
const [minutes, seed, share] = [Number(values.minutes), Number(values.seed), Number(values.share)];
if (!(minutes > 0) || !Number.isInteger(seed) || !(share >= 0 && share < 1)) {
  process.stderr.write(
    "--minutes takes a positive number, --seed a whole one, --share one from 0 up to 1.\n",
  );
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), "connect-soak-"));
const ledger = join(folder, "ledger.txt");
await writeFile(ledger, "");
const server = await startServer(join(folder, "data"));
const plan = createFaultPlan({ seed, share, kinds: httpFaultKinds });
const proxy = await openHttpFaultProxy({ target: new URL(server.url).origin, plan });
const baseUrl = `${proxy.origin}/api`;
const clients = [
  new CoreClient({ baseUrl, timeoutMs: 10_000 }),
  new NodeClient({ baseUrl, timeoutMs: 10_000 }),
];
const tally = createTally();
// What the server can do is known from its first answer, and with it that a creation may be repeated.
await Promise.all(clients.map((client) => client.blocks.list()));
process.stderr.write(`seed ${seed}, ${minutes} minutes, faults in ${share * 100} % of the requests\n`);

// What is loaded and opened once is no growth.
const context = { clients, ledger, folder, seed, tally };
await runTasks({ ...context, untilMs: performance.now() + Math.min(15_000, minutes * 6_000) });
const before = { client: measureProcess(process.pid), server: measureProcess(server.pid) };
await runTasks({ ...context, untilMs: performance.now() + minutes * 60_000 });
plan.end();
await Promise.all(clients.map((client) => client.close()));
await proxy.close();
globalThis.gc?.();
const after = { client: measureProcess(process.pid), server: measureProcess(server.pid) };
const tasksOnServer = await server.countTasks();
await server.stop();
tally.ranTwice = findDoubled(await readLedger(ledger)).length;
await rm(folder, { recursive: true });

const isRight = printReport({
  tally,
  plan,
  tasksOnServer,
  before,
  after,
  left: process.getActiveResourcesInfo(),
});
process.exitCode = isRight ? 0 : 1;
