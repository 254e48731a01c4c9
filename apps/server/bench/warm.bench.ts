import { fileURLToPath } from "node:url";
import type { Measurement } from "../../../bench/helpers/measure.ts";
import { measureByProgram } from "../../../bench/helpers/measure-by-program.ts";

/** A second run of a block by the server, beside the same function called in this process and in a fresh one. */
export function measure(): Promise<Measurement> {
  return measureByProgram({
    title: "Warm runs by the server",
    note: "From `POST /v1/tasks` to `completed`, beside the same function in process. A fresh process compiles espeak-ng's WebAssembly once more, so its first call is the fair baseline of a session of its own.",
    program: fileURLToPath(new URL("./warm.ts", import.meta.url)),
    args: ["6"],
  });
}
