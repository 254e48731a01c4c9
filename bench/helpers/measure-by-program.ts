import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Measurement } from "./measure.ts";

export interface ProgramBench extends Pick<Measurement, "title" | "note"> {
  /** Absolute path of a program that measures by itself, with its baseline, and prints a line for each result. */
  program: string;
  args?: string[];
  /** When it is taken for stuck. Default 240,000. */
  timeoutMs?: number;
}

/** The lines of a program as a table: what stands before a colon or a wide gap names the rest. */
export async function measureByProgram({
  title,
  note,
  program,
  args = [],
  timeoutMs = 240_000,
}: ProgramBench): Promise<Measurement> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@oomol/source", program, ...args],
    { timeout: timeoutMs },
  );
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  const rows = lines.map((line) => {
    const [, name = "", value = ""] = /^(.*?\S)(?:\s{2,}|: )(.*)$/.exec(line) ?? [line, line];
    return [name, value];
  });
  return { title, note, columns: ["what", "seen"], rows };
}
