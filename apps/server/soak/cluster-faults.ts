/**
 * Kills and freezes processes of a cluster and cuts its database connections at random while clients run tasks, then checks
 * every task that was accepted: it ended once, its logs have no gap, and nothing about it changed after its end was seen.
 *
 *   node --conditions=@oomol/source soak/cluster-faults.ts [SECONDS] [SEED]
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { startPostgres } from "../../../postgres.shared.ts";

const seconds = Number(process.argv[2] ?? 120);
const seed = Number(process.argv[3] ?? 1);
const program = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const packages = fileURLToPath(new URL("../test/fixtures/packages", import.meta.url));
const random = createRandom(seed);
const tally: Record<string, number> = {};
const count = (name: string) => (tally[name] = (tally[name] ?? 0) + 1);

const postgres = await startPostgres({ isDurable: true });
const files = await mkdtemp(join(tmpdir(), "connect-soak-"));
const database = postgres.urlOf("postgres");
const env = { ...process.env, OOMOL_CONNECT_DATABASE: database, OOMOL_CONNECT_FILES: files };
const basePort = 20_000 + Math.floor(Math.random() * 20_000);

interface Slot {
  args: string[];
  child: ChildProcess;
}

async function start(args: string[]): Promise<ChildProcess> {
  const child = fork(program, args, { execArgv: ["--conditions=@oomol/source"], env, silent: true });
  child.stdout?.resume();
  child.stderr?.resume();
  await Promise.race([once(child, "message"), once(child, "exit")]);
  return child;
}

async function createSlot(args: string[]): Promise<Slot> {
  return { args, child: await start(args) };
}

async function post(url: string, key: string): Promise<string | undefined> {
  const inputValues = [{ nodeId: "_", inputs: [{ handle: "text", value: key }] }];
  const response = await fetch(`${url}/v1/tasks`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify({ manifest: "lab::shout", inputValues }),
    signal: AbortSignal.timeout(10_000),
  });
  const { task } = (await response.json()) as { task?: { id: string } };
  return task?.id;
}

async function get<Body>(url: string): Promise<Body | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  return response?.ok ? ((await response.json()) as Body) : undefined;
}

interface Seen {
  status: string;
  logs: string;
}

const migrated = fork(program, ["migrate"], { execArgv: ["--conditions=@oomol/source"], env, silent: true });
await once(migrated, "exit");
const apiArgs = (port: number) => [
  "api",
  "--port",
  String(port),
  "--lost-after-seconds",
  "10",
  "--attempts",
  "50",
];
const workerArgs = ["worker", "--packages", packages, "--concurrency", "2", "--spare-executors", "0"];
const ports = [basePort, basePort + 1];
const urls = ports.map((port) => `http://127.0.0.1:${port}/api`);
const apis = await Promise.all(ports.map((port) => createSlot(apiArgs(port))));
const workers = await Promise.all([workerArgs, workerArgs].map(createSlot));

const accepted = new Map<string, Seen | undefined>();
const endAtMs = Date.now() + seconds * 1_000;
const isOver = (status: string) => ["completed", "failed", "stopped"].includes(status);

async function look(id: string): Promise<Seen | undefined> {
  const url = urls[Math.floor(Math.random() * urls.length)];
  const found = await get<{ task: { status: string } }>(`${url}/v1/tasks/${id}`);
  if (!found || !isOver(found.task.status)) return undefined;
  const logs = await get<{ logs: { id: number }[] }>(`${url}/v1/tasks/${id}/logs`);
  return logs && { status: found.task.status, logs: JSON.stringify(logs.logs) };
}

async function load(): Promise<void> {
  while (Date.now() < endAtMs) {
    const key = randomUUID();
    let id: string | undefined;
    while (id === undefined && Date.now() < endAtMs) {
      id = await post(urls[Math.floor(Math.random() * urls.length)] ?? "", key).catch(() => undefined);
      if (id === undefined) await delay(200);
    }
    if (id === undefined) return;
    if (accepted.has(id)) throw new Error(`the task ${id} was given to two requests`);
    accepted.set(id, undefined);
    const giveUpAtMs = Date.now() + 3_000; // it goes on meanwhile
    while (Date.now() < giveUpAtMs && accepted.get(id) === undefined) {
      accepted.set(id, await look(id));
      await delay(100);
    }
  }
}

async function disturb(): Promise<void> {
  while (Date.now() < endAtMs) {
    await delay(1_000 + random() * 3_000);
    const pick = (slots: Slot[]) => slots[Math.floor(random() * slots.length)] as Slot;
    const fault = random();
    if (fault < 0.25) {
      count("API processes killed");
      await replace(pick(apis));
    } else if (fault < 0.55) {
      count("workers killed");
      await replace(pick(workers));
    } else if (fault < 0.75) {
      count("workers frozen for 15 s");
      const { child } = pick(workers);
      child.kill("SIGSTOP");
      setTimeout(() => child.kill("SIGCONT"), 15_000);
    } else {
      count("times all database connections were cut");
      const client = new pg.Client(database);
      await client.connect();
      await client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'connect-server'",
      );
      await client.end();
    }
  }
}

async function replace(slot: Slot): Promise<void> {
  slot.child.kill("SIGKILL");
  slot.child = await start(slot.args);
}

try {
  await Promise.all([disturb(), ...Array.from({ length: 6 }, load)]);
  const settleByMs = Date.now() + 120_000;
  const problems: string[] = [];
  for (const [id, before] of accepted) {
    let after = await look(id);
    while (!after && Date.now() < settleByMs) {
      await delay(200);
      after = await look(id);
    }
    if (!after) {
      problems.push(`${id} has not ended`);
      continue;
    }
    count(`ended as ${after.status}`);
    const logs = JSON.parse(after.logs) as { id: number; type: string }[];
    if (logs.some((log, index) => log.id !== index)) problems.push(`${id} has a gap in its logs`);
    if (logs.filter(({ type }) => type === "SessionStarted").length > 1) count("ran more than once");
    if (before && (before.status !== after.status || before.logs !== after.logs)) {
      problems.push(`${id} changed after its end was seen`);
    }
  }
  console.log(`seed ${seed}, ${seconds} s: ${accepted.size} tasks accepted`);
  for (const [name, times] of Object.entries(tally)) console.log(`  ${times} ${name}`);
  console.log(problems.length === 0 ? "  no task lost, doubled, changed or with a gap" : problems.join("\n"));
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  for (const { child } of [...apis, ...workers]) {
    child.kill("SIGKILL");
  }
  await postgres.close();
  await rm(files, { recursive: true, force: true });
}

/** Mulberry32: small, and the same everywhere. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
