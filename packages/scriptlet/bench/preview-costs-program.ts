// Shows one table of a million rows in a process of its own, or writes it by its library, and tells its parent what that took.
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { table as arqueroTable } from "arquero";
import polars from "nodejs-polars";
import { createJobFiles } from "../src/executor/value-files.ts";
import type { Previewable } from "../src/previews/prepare-preview.ts";
import { preparePreview } from "../src/previews/prepare-preview.ts";

export interface PreviewCosts {
  ms: number;
  /** Peak of the resident memory while it ran, beyond what the table itself had taken. */
  grownMib: number;
}

const rowCount = 1_000_000;
const columnCount = 20;

const [what = "", folder = ""] = process.argv.slice(2);
const files = createJobFiles({ sessionDir: folder, tmpDir: folder, sessionId: "s", jobId: "j" });
const show = (payload: Previewable) => preparePreview(payload, undefined, files, console.warn);

const texts = Array.from({ length: 1_000 }, (_, index) => `text ${index}`);

/** Half of the columns are numbers, half are text. */
function columns(): Record<string, Float64Array | string[]> {
  const all: Record<string, Float64Array | string[]> = {};
  for (let column = 0; column < columnCount; column += 1) {
    if (column % 2 === 0)
      all[`c${column}`] = Float64Array.from({ length: rowCount }, (_, row) => row * 1.5 + column);
    else all[`c${column}`] = Array.from({ length: rowCount }, (_, row) => texts[row % texts.length] ?? "");
  }
  return all;
}

function polarsFrame() {
  return polars.DataFrame(
    Object.entries(columns()).map(([name, values]) => polars.Series(name, values as string[])),
  );
}

const works: Record<string, () => () => unknown> = {
  "polars shown"() {
    const frame = polarsFrame();
    return () => show(frame as never);
  },
  "polars writes"() {
    const frame = polarsFrame();
    return async () => {
      const target = createWriteStream(join(folder, "polars.csv"));
      frame.writeCSV(target);
      target.end();
      await finished(target);
    };
  },
  "arquero shown"() {
    const frame = arqueroTable(columns());
    return () => show(frame as never);
  },
  "arquero writes"() {
    const frame = arqueroTable(columns());
    return () => writeFile(join(folder, "arquero.csv"), frame.toCSV());
  },
  "rows shown"() {
    const all = Object.entries(columns());
    const rows = Array.from({ length: rowCount }, (_, row) => all.map(([, values]) => values[row]));
    return () => show({ type: "table", data: { columns: all.map(([name]) => name), rows } });
  },
};

const work = works[what]?.();
if (work === undefined) throw new Error(`There is no work called ${what}.`);
global.gc?.();
const before = residentMib("VmRSS");
// The peak starts anew (proc(5)).
writeFileSync("/proc/self/clear_refs", "5");
const start = performance.now();
await work();
const ms = performance.now() - start;
const costs: PreviewCosts = { ms, grownMib: residentMib("VmHWM") - before };
process.send?.(costs, () => process.exit());

function residentMib(field: string): number {
  const found = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"));
  return Number(found?.[1]) / 1024;
}
