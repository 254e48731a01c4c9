import { expect } from "vitest";
import type { FakeEngine } from "./fake-engine.ts";

/** A block that sends numbers, and logs how many after every twenty, until the file `flag` is there. */
export const keepSending = `import { existsSync } from "node:fs";
  export default async ({ flag }, context) => {
    let next = 0;
    while (!existsSync(flag)) {
      const burst = Array.from({ length: 20 }, () => context.output("value", next++));
      console.log(next);
      await Promise.all(burst);
    }
    return { value: next };
  };`;

/** What a job of that block has sent so far. */
export function numbersOf(engine: FakeEngine, jobId: string): number[] {
  return engine
    .messagesOf(jobId)
    .flatMap(({ type, output }) => (type === "BlockOutput" ? [Number(output)] : []));
}

/** Waits for the job's end; of what it sent and logged, all has come, in order and once. */
export async function expectNothingLost(engine: FakeEngine, jobId: string): Promise<void> {
  const { finish } = await engine.finished(jobId);
  const sent = (finish.result as { value: number }).value;
  expect(numbersOf(engine, jobId)).toEqual(Array.from({ length: sent }, (_, index) => index));
  await engine.next(({ job_id, log }) => job_id === jobId && log === String(sent));
  const messages = engine.messagesOf(jobId);
  const logs = messages.flatMap(({ log }) => (log === undefined ? [] : [Number(log)]));
  expect(logs).toEqual(Array.from({ length: sent / 20 }, (_, index) => (index + 1) * 20));
  const others = messages.filter(({ type }) => type !== "BlockOutput" && type !== "BlockLog");
  expect(others.map(({ type }) => type)).toEqual(["BlockReady", "BlockFinished"]);
}
