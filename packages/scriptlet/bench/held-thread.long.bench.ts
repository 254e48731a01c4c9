import { fileURLToPath } from "node:url";
import type { Measurement } from "../../../bench/helpers/measure.ts";
import { measureByProgram } from "../../../bench/helpers/measure-by-program.ts";

/** What other jobs notice of a block that computes for two minutes without a pause. */
export function measure(): Promise<Measurement> {
  return measureByProgram({
    title: "A block that holds the thread",
    note: "Two minutes, which is longer than a broker waits for a silent client (90 s) and than the engine waits until it asks again (3 s). Baseline: the readiness of jobs of the same executor before the thread was held.",
    program: fileURLToPath(new URL("./held-thread.ts", import.meta.url)),
    timeoutMs: 600_000,
  });
}
