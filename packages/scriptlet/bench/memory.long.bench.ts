import { fileURLToPath } from "node:url";
import type { Measurement } from "../../../bench/helpers/measure.ts";
import { measureByProgram } from "../../../bench/helpers/measure-by-program.ts";

/** What one executor holds over 100,000 jobs. */
export function measure(): Promise<Measurement> {
  return measureByProgram({
    title: "Memory over 100,000 jobs",
    note: "Resident memory of one built executor, 20 jobs at once, each with a log, progress and a value. What it held after the first 10,000 is the baseline of what it holds later.",
    program: fileURLToPath(new URL("./memory.ts", import.meta.url)),
    timeoutMs: 600_000,
  });
}
