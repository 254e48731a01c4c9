import { range } from "./frame-parts.ts";

export interface ArrowVector {
  readonly type: ArrowType;
  readonly length: number;
  readonly data: readonly { readonly length: number; readonly values?: unknown }[];
  get(index: number): unknown;
  getChildAt(index: number): ArrowVector | null;
}

interface ArrowType {
  /** Of the Arrow format: `Type` in its `Schema.fbs`. */
  readonly typeId: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly children?: readonly { readonly name: unknown }[] | null;
}

/** What row `index` of a vector means by its type; `get` alone gives a decimal without its point and a time as a number. */
export function arrowValue(vector: ArrowVector, index: number): unknown {
  const { type } = vector;
  const value = vector.get(index);
  if (value === null || value === undefined) return null;
  switch (type.typeId) {
    case typeIds.decimal:
      return decimalText(String(value), type.scale ?? 0);
    case typeIds.date:
      return dateText(value, type.unit);
    case typeIds.time:
      return isoText(storedValue(vector, index), type.unit).slice("1970-01-01T".length, -"Z".length);
    case typeIds.timestamp:
      return isoText(storedValue(vector, index), type.unit);
    case typeIds.list:
    case typeIds.fixedSizeList:
      return range(0, (value as ArrowVector).length).map((item) => arrowValue(value as ArrowVector, item));
    case typeIds.struct:
      return structValue(vector, index);
    default:
      return value;
  }
}

/** Those of the Arrow format whose values `get` does not give as they are. */
const typeIds = { decimal: 7, date: 8, time: 9, timestamp: 10, list: 12, struct: 13, fixedSizeList: 16 };

/** A date in days (0) is no time of a day. */
function dateText(value: unknown, unit?: number): string {
  const text = isoText(BigInt(Math.trunc(Number(value))), 1);
  return unit === 0 ? text.slice(0, -"T00:00:00.000Z".length) : text;
}

/** `"-15"` with the scale 3 is `"-0.015"`. */
function decimalText(unscaled: string, scale: number): string {
  const sign = unscaled.startsWith("-") ? "-" : "";
  const digits = unscaled.slice(sign.length);
  if (scale <= 0) return `${sign}${digits}${digits === "0" ? "" : "0".repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function structValue(vector: ArrowVector, index: number): object {
  const fields = (vector.type.children ?? []).map(({ name }, column) => {
    const child = vector.getChildAt(column);
    return [String(name), child && arrowValue(child, index)];
  });
  return Object.fromEntries(fields);
}

/** The number as it lies in memory: `get` makes times milliseconds, and rounds those in nanoseconds. */
function storedValue(vector: ArrowVector, index: number): bigint {
  let at = index;
  for (const { length, values } of vector.data) {
    if (at < length) return BigInt((values as ArrayLike<number | bigint>)[at] ?? 0);
    at -= length;
  }
  return 0n;
}

/** ISO text of an instant, with as many digits as its unit has: seconds (0), milliseconds, microseconds or nanoseconds (3). */
function isoText(sinceEpoch: bigint, unit = 0): string {
  const digits = 3 * unit;
  const perSecond = 10n ** BigInt(digits);
  const fraction = ((sinceEpoch % perSecond) + perSecond) % perSecond;
  const seconds = new Date(Number((sinceEpoch - fraction) / perSecond) * 1000);
  // Beyond the years that JavaScript knows.
  if (Number.isNaN(seconds.getTime())) return String(sinceEpoch);
  const text = seconds.toISOString().slice(0, -".000Z".length);
  return digits === 0 ? `${text}Z` : `${text}.${String(fraction).padStart(digits, "0")}Z`;
}
