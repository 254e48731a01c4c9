import { hasMethod, rowsOf } from "./frame-parts.ts";
import type { FrameView } from "./frame-view.ts";

/**
 * A data frame of nodejs-polars: a proxy whose columns hide its members of the same name, `height` and `rows` too. Its series
 * hide nothing.
 */
export interface PolarsDataFrame {
  getColumns(): PolarsSeries[];
}

/** One column, by itself too. */
export interface PolarsSeries {
  readonly name: string;
  readonly length: number;
  readonly dtype: { readonly variant: string };
  slice(start: number, length: number): PolarsSeries;
  alias(name: string): PolarsSeries;
  toArray(): unknown[];
  toFrame(): { writeJSON(options: { format: "json" }): { toString(): string } };
}

export function isPolars(value: object): value is PolarsDataFrame {
  // A name that no column has: symbols reach the frame itself.
  if (Object.prototype.toString.call(value) !== "[object DataFrame]") return false;
  return typeof (value as Partial<PolarsDataFrame>).getColumns === "function";
}

export function isPolarsSeries(value: object): value is PolarsSeries {
  const { dtype } = value as Partial<PolarsSeries>;
  return typeof dtype?.variant === "string" && hasMethod(value, "toFrame") && hasMethod(value, "alias");
}

export function viewSeries(series: PolarsSeries): FrameView {
  const rowCount = series.length;
  return {
    columns: [series.name],
    types: [series.dtype.variant],
    rowCount,
    isSeries: true,
    rows: (start, end) => rowsOf([valuesOf(series.slice(start, Math.min(end, rowCount) - start))]),
  };
}

export function viewPolars(frame: PolarsDataFrame): FrameView {
  const columns = frame.getColumns();
  const rowCount = columns[0]?.length ?? 0;
  return {
    columns: columns.map(({ name }) => name),
    types: columns.map(({ dtype }) => dtype.variant),
    rowCount,
    rows: (start, end) => {
      const length = Math.min(end, rowCount) - start;
      return rowsOf(columns.map((column) => valuesOf(column.slice(start, length))));
    },
  };
}

/** Its own arrays round integers of 64 bits and have no decimals; its JSON has both, but neither NaN nor bytes. */
function valuesOf(series: PolarsSeries): unknown[] {
  const { variant } = series.dtype;
  if (/^(Float|Binary|Object)/.test(variant)) return series.toArray();
  const text = String(series.alias("cell").toFrame().writeJSON({ format: "json" }));
  const cells = (JSON.parse(text, exactly as JsonReviver) as { cell: unknown }[]).map(({ cell }) => cell);
  return variant === "Datetime" ? cells.map(withoutZone) : cells;
}

type JsonReviver = (key: string, value: unknown) => unknown;

/** The text of the number is the third argument of a reviver (ES2026). */
function exactly(_key: string, value: unknown, { source }: { source?: string } = {}): unknown {
  const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** A time without a zone is one in UTC, as everywhere in polars; others tell theirs. */
function withoutZone(value: unknown): unknown {
  const [, day, time, fraction = ""] = /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(String(value)) ?? [];
  return day === undefined ? value : `${day}T${time}.${fraction.padEnd(3, "0")}Z`;
}
