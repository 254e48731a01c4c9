import { inputMs, type KindResult, type TreeResult } from "./attack-tree.ts";

/** What is promised. */
const targets = { stallMs: 100, healthMs: 100, extraBytes: 128 * 2 ** 20 };

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Prints what was found. */
export function printReport(result: TreeResult): void {
  const rows = result.kinds.map((kind) => [
    ...[kind.kind, String(kind.inputs), held(kind), health(kind), mib(kind.extraBytes)],
    ...[
      String(kind.letIn.length),
      misses(kind)
        .map((miss) => explain(miss, kind))
        .join("; "),
    ],
  ]);
  print(`\n${result.tree}${result.hasRoles ? "" : " (its tokens have no roles)"}`);
  printTable([["kind", "inputs", "loop held", "/healthz", "memory", "let in", "missed"], ...rows]);
  printSums(result);
  print(isEveryTargetMet(result) ? "every target is met" : "targets are missed");
}

/** Prints what the same inputs cost another tree, as many times as much. */
export function printBeside(own: TreeResult, base: TreeResult): void {
  const rows = own.kinds.map((kind) => {
    const other = base.kinds.find((one) => one.kind === kind.kind);
    if (!other) return [kind.kind, ...Array.from({ length: 9 }, () => ""), "not reached"];
    return [
      kind.kind,
      ...[held(kind), held(other), ratio(kind.stallMs, other.stallMs, other.hangs > 0)],
      ...[health(kind), health(other), ratio(kind.healthMs, other.healthMs, other.hangs > 0)],
      ...[mib(kind.extraBytes), mib(other.extraBytes), ratio(kind.extraBytes, other.extraBytes, false)],
      `${kind.letIn.length} / ${other.letIn.length}`,
    ];
  });
  print(`\nbeside ${base.tree}${base.hasRoles ? "" : " (its tokens have no roles)"}`);
  const columns = ["loop held", "/healthz", "memory"].flatMap((name) => [name, "beside", "times"]);
  printTable([["kind", ...columns, "let in"], ...rows]);
  printSums(base);
}

export function isEveryTargetMet(result: TreeResult): boolean {
  return (
    result.ended === undefined &&
    result.tasks.lost.length === 0 &&
    result.kinds.every((kind) => misses(kind).length === 0)
  );
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const isText = column === 0 || column === row.length - 1;
      return isText ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
    });
    print(cells.join("  ").trimEnd());
  }
}

function printSums(result: TreeResult): void {
  const { tasks, restBytes, endBytes, ended } = result;
  const inputs = result.kinds.reduce((sum, kind) => sum + kind.inputs, 0);
  print(`${inputs} bad inputs; memory ${mib(restBytes)} at rest, ${mib(endBytes)} in the end`);
  print(`tasks meanwhile: ${tasks.accepted} accepted, ${tasks.refused} refused, ${tasks.lost.length} lost`);
  for (const lost of tasks.lost.slice(0, 5)) print(`  lost: ${lost}`);
  for (const kind of result.kinds) {
    for (const sentence of kind.letIn.slice(0, 10)) print(`  let in, ${kind.kind}: ${sentence}`);
    for (const name of kind.unfinished.slice(0, 5)) print(`  given up, ${kind.kind}: ${name}`);
    if (kind.hangs > 0)
      print(`  killed, ${kind.kind}: ${kind.hangs} times, after ${inputMs / 1_000} s without an answer`);
    if (kind.skipped > 0) print(`  left out, ${kind.kind}: ${kind.skipped}, for want of time`);
  }
  if (ended !== undefined) print(ended);
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

const held = (kind: KindResult) => beyond(kind) ?? ms(kind.stallMs);
const health = (kind: KindResult) => beyond(kind) ?? ms(kind.healthMs);
const beyond = ({ hangs }: KindResult) => (hangs > 0 ? `> ${inputMs / 1_000} s` : undefined);

/** How many times as much the other took. */
function ratio(own: number | undefined, other: number | undefined, isMore: boolean): string {
  if (own === undefined || other === undefined || own === 0) return "";
  const times = other / own;
  return `${isMore ? "> " : ""}${times >= 10 ? Math.round(times) : times.toFixed(1)}`;
}

const ms = (value: number | undefined) => (value === undefined ? "no answer" : `${Math.round(value)} ms`);
const mib = (bytes: number | undefined) =>
  bytes === undefined ? "unknown" : `${Math.round(bytes / 2 ** 20)} MiB`;
