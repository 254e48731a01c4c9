import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Measurement } from "../../../bench/helpers/measure.ts";
import { measureByProgram } from "../../../bench/helpers/measure-by-program.ts";

/** The built executor over a broker: how soon it is ready, a job's own cost, outputs beside bare `mqtt`. */
export async function measure(): Promise<Measurement> {
  // Speed from the start is that of what is published, so it is built first.
  const tsup = fileURLToPath(new URL("../node_modules/.bin/tsup", import.meta.url));
  await promisify(execFile)(tsup, { cwd: fileURLToPath(new URL("..", import.meta.url)) });
  return measureByProgram({
    title: "Executor",
    note: "Broker, engine and executor in a process each. Baselines: `node -e 0` for readiness, bare `mqtt` with the same bytes over the same broker for outputs. Goals: ready within 90 ms beyond `node -e 0`, a warm empty job under 3 ms, outputs at 0.9 × bare `mqtt`, a swallowed `reportProgress` under 1 µs.",
    program: fileURLToPath(new URL("./run.ts", import.meta.url)),
  });
}
