import { fileURLToPath } from "node:url";
import type { Measurement } from "../../../bench/helpers/measure.ts";
import { measureByProgram } from "../../../bench/helpers/measure-by-program.ts";

/** `oomol/bin` outputs of 1 GiB: what the executor grows by, and how long it takes. */
export function measure(): Promise<Measurement> {
  return measureByProgram({
    title: "Binary outputs",
    note: "1 GiB from a stream and from a file by the built executor, beside a copy of the file by `fs.copyFile`, in turns, a fresh executor each time; median (least–most). Goal: flat memory.",
    program: fileURLToPath(new URL("./binary.ts", import.meta.url)),
  });
}
