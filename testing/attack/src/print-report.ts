import type { KindResult, TreeResult } from "./attack-tree.ts";

/** What is promised. */
const targets = { stallMs: 100, healthMs: 100, extraBytes: 128 * 2 ** 20 };

/** Prints what was found; true if every target is met. */
export function printReport(result: TreeResult): boolean {
  const rows = [
    ["kind", "inputs", "loop held", "/healthz", "memory", "let in", "missed"],
    ...result.kinds.map((kind) => [
      ...[kind.kind, String(kind.inputs), ms(kind.stallMs), ms(kind.healthMs), mib(kind.extraBytes)],
      ...[
        String(kind.letIn.length),
        misses(kind)
          .map((miss) => explain(miss, kind))
          .join("; "),
      ],
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const { tasks, restBytes, endBytes, ended } = result;
  print(`\n${result.tree}${result.hasRoles ? "" : " (its tokens have no roles)"}`);
  for (const row of rows) print(line(row));
  const inputs = result.kinds.reduce((sum, kind) => sum + kind.inputs, 0);
  print(`${inputs} bad inputs; memory ${mib(restBytes)} at rest, ${mib(endBytes)} in the end`);
  print(`tasks meanwhile: ${tasks.accepted} accepted, ${tasks.refused} refused, ${tasks.lost.length} lost`);
  for (const lost of tasks.lost.slice(0, 5)) print(`  lost: ${lost}`);
  for (const kind of result.kinds) {
    for (const sentence of kind.letIn.slice(0, 10)) print(`  let in, ${kind.kind}: ${sentence}`);
    for (const name of kind.unfinished.slice(0, 5)) print(`  given up, ${kind.kind}: ${name}`);
    if (kind.skipped > 0) print(`  left out, ${kind.kind}: ${kind.skipped}, for want of time`);
  }
  if (ended !== undefined) print(ended);
  const isMet =
    ended === undefined && tasks.lost.length === 0 && result.kinds.every((kind) => misses(kind).length === 0);
  print(isMet ? "every target is met" : "targets are missed");
  return isMet;
}

function misses(kind: KindResult): string[] {
  return [
    ...((kind.stallMs ?? Number.POSITIVE_INFINITY) > targets.stallMs ? ["loop"] : []),
    ...(kind.healthMs > targets.healthMs || kind.healthFailures > 0 ? ["/healthz"] : []),
    ...((kind.extraBytes ?? 0) > targets.extraBytes ? ["memory"] : []),
    ...(kind.letIn.length > 0 ? ["let in"] : []),
    ...(kind.unfinished.length + kind.skipped > 0 ? ["unfinished"] : []),
  ];
}

function explain(miss: string, { slowest, largest }: KindResult): string {
  if (miss === "loop") return `loop (${slowest})`;
  return miss === "memory" ? `memory (${largest})` : miss;
}

const ms = (value: number | undefined) => (value === undefined ? "no answer" : `${Math.round(value)} ms`);
const mib = (bytes: number | undefined) =>
  bytes === undefined ? "unknown" : `${Math.round(bytes / 2 ** 20)} MiB`;
