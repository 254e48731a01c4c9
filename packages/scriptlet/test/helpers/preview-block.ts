import { readFile } from "node:fs/promises";
import type { Context } from "../../src/index.ts";
import { runBlock } from "../../src/testing/index.ts";

export interface Shown {
  type: string;
  data: unknown;
  id?: string;
  row_count?: number;
  /** The file's lines, where the data is the path of a CSV file. */
  csv?: string[];
}

/** What a user sees of one preview, sent by a real block through its context. */
export async function shownBy(payload: Parameters<Context["preview"]>[0], id?: string): Promise<Shown> {
  await using run = await runBlock((_: object, context: Context) => context.preview(payload, id));
  if (run.errors[0] !== undefined) throw new Error(run.errors[0]);
  const [preview] = run.previews as Shown[];
  if (preview === undefined) throw new Error("nothing was shown");
  if (typeof preview.data !== "string" || !preview.data.endsWith(".csv")) return preview;
  return { ...preview, csv: (await readFile(preview.data, "utf8")).split("\n").slice(0, -1) };
}
