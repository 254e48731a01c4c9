import { fileURLToPath } from "node:url";
import {
  inTurns,
  type Measurement,
  median,
  medianAndSpread,
  ratios,
  round,
} from "../../../bench/helpers/measure.ts";
import { installStandIn } from "../test/oocana/install-stand-in.ts";
import { createFlow } from "../test/oocana/open-flow-server.ts";
import type { TestClient } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";

const packages = fileURLToPath(new URL("../test/fixtures/flows", import.meta.url));
const rounds = 9;
/** Another clone, built, whose server runs beside this one. */
const against = process.env.BENCH_AGAINST;

/** A flow of two nodes that pass a text on, from the request to the result, and from the engine's last word to it. */
export async function measure(): Promise<Measurement> {
  await using _oocana = await installStandIn();
  await using server = await startProgram(["--packages", packages], { isBuilt: true });
  await using former =
    against === undefined ? undefined : await startProgram(["--packages", packages], { clone: against });
  const afterEndMs: Record<string, number[]> = {};
  const contenderOf = (name: string, client: TestClient): [string, () => Promise<number>] => [
    name,
    async () => {
      const { totalMs, lateMs } = await runFlow(client);
      afterEndMs[name] = [...(afterEndMs[name] ?? []), lateMs].slice(-rounds);
      return totalMs;
    },
  ];
  const here = contenderOf("our server", server.client);
  const there = former && contenderOf(`our server in ${against}`, former.client);
  const contenders = there ? [here, there] : [here];
  const times = await inTurns(Object.fromEntries(contenders), { rounds });
  const baseline = there && times[there[0]];
  return {
    title: "A flow of two nodes",
    note: `From the request to its result, ${rounds} rounds in turns, the first not counted; the servers as they are built. The engine is the stand-in of the tests (oocana-protocol 10): as the real one it stays 1.6 s after its SessionFinished.`,
    columns: ["by", "ms", "× the other clone", "ms after SessionFinished"],
    rows: contenders.map(([name]) => [
      name,
      medianAndSpread(times[name] ?? [], 0),
      baseline ? medianAndSpread(ratios(times[name] ?? [], baseline)) : "",
      round(median(afterEndMs[name] ?? []), 0),
    ]),
  };
}

async function runFlow(client: TestClient): Promise<{ totalMs: number; lateMs: number }> {
  const startedMs = Date.now();
  const { task } = await client.getJson<{ task: { id: string } }>(
    "/v1/tasks",
    createFlow("mill::thirsty", { first: { text: "passed on" } }),
  );
  const { status } = await client.waitForEnd(task.id);
  const endedMs = Date.now();
  const last = (await client.logs(task.id)).find(({ type }) => type === "SessionFinished");
  if (status !== "completed") throw new Error(`The flow ended as ${status}: ${JSON.stringify(last?.event)}.`);
  return { totalMs: endedMs - startedMs, lateMs: endedMs - Number(last?.event.finish_at) };
}
