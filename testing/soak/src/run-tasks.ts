import { createHash } from "node:crypto";
import { type OomolConnectClient as CoreClient, OomolConnectError, type TaskLog } from "@oomol/connect-core";
import type { OomolConnectClient as NodeClient } from "@oomol/connect-node";
import { createRandom } from "@oomol/fault-proxy";
import type { Tally } from "./tally.ts";

export interface SoakContext {
  clients: (CoreClient | NodeClient)[];
  /** A file in which the block writes that it ran. */
  ledger: string;
  seed: number;
  tally: Tally;
}

const atOnce = 8;
/** A stream that stalls for good is given up after 45 s, and may stall again. */
const runTimeoutMs = 240_000;

/** Keeps some tasks under way until it is time, then lets those end. */
export async function runTasks(context: SoakContext & { untilMs: number }): Promise<void> {
  const random = createRandom(context.seed + context.tally.started);
  const work = async () => {
    while (performance.now() < context.untilMs) await runOne(context, random);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function runOne({ clients, ledger, tally }: SoakContext, random: () => number): Promise<void> {
  const number = tally.started++;
  const token = `task-${number}`;
  const lines = Math.floor(random() * 30);
  const bytes = random() < 0.3 ? Buffer.alloc(1 + Math.floor(random() * 300_000), number) : undefined;
  const client = clients[number % clients.length];
  const logs: TaskLog[] = [];
  const options = { timeoutMs: runTimeoutMs, onLog: (log: TaskLog) => void logs.push(log) };
  const inputs = { token, lines, ledger };
  const startedMs = performance.now();
  try {
    const files = bytes ? [new Blob([bytes])] : [];
    const request = { blockId: "soak::work", inputValues: inputs, files };
    const { result } = (await client?.tasks.run(request, options)) ?? {};
    tally.succeeded += 1;
    tally.logs += logs.length;
    if (bytes) {
      tally.withFile += 1;
      tally.uploadedBytes += bytes.length;
    }
    const sha256 = bytes ? createHash("sha256").update(bytes).digest("hex") : null;
    if (JSON.stringify(result) !== JSON.stringify({ token, sha256 })) {
      tally.wrong.push(`${token}: the result was ${JSON.stringify(result)}`);
    }
    checkLogs(token, lines, logs, tally);
  } catch (failure) {
    if (!(failure instanceof OomolConnectError)) tally.wrong.push(`${token}: a foreign error, ${failure}`);
    else if (failure.code === "task_failed") tally.wrong.push(`${token}: ${failure.message}`);
    else tally.failed[failure.code] = (tally.failed[failure.code] ?? 0) + 1;
  }
  const tookMs = performance.now() - startedMs;
  tally.slowestMs = Math.max(tally.slowestMs, tookMs);
  if (tookMs > runTimeoutMs + 5_000)
    tally.wrong.push(`${token}: settled only after ${Math.round(tookMs)} ms`);
}

/** Ids without a gap, and every line of the block once, in order. */
function checkLogs(token: string, lines: number, logs: TaskLog[], tally: Tally): void {
  const gap = logs.findIndex(({ id }, position) => id !== position);
  if (gap >= 0) tally.wrong.push(`${token}: log ${gap} has the id ${logs[gap]?.id}`);
  const said = logs
    .filter(({ type }) => type === "BlockLog")
    .flatMap(({ event }) => String(event?.log).split("\n"))
    .filter((line) => line.startsWith(`${token} `));
  const expected = Array.from({ length: lines }, (_, line) => `${token} ${line}`);
  if (said.join("\n") !== expected.join("\n")) {
    tally.wrong.push(`${token}: of ${lines} lines, ${said.length} arrived: ${said.slice(0, 40).join(", ")}`);
  }
}
