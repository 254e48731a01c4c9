import { range } from "./frame-parts.ts";

/** A column, or the items of a list: chunks of the same type, one after the other. */
export interface ArrowVector {
  readonly length: number;
  readonly type: ArrowType;
  readonly data: readonly ArrowData[];
  get(index: number): unknown;
}

/** A chunk as it lies in memory, by the layout of its type. */
interface ArrowData {
  readonly type: ArrowType;
  readonly length: number;
  readonly values?: ArrayLike<number | bigint>;
  readonly valueOffsets?: ArrayLike<number | bigint>;
  readonly typeIds?: ArrayLike<number>;
  readonly children: readonly ArrowData[];
  /** What the values are places in. */
  readonly dictionary?: ArrowVector;
}

interface ArrowType {
  /** Of the Arrow format: `Type` in its `Schema.fbs`; -1 for a dictionary. */
  readonly typeId: number;
  readonly scale?: number;
  readonly unit?: number;
  /** Of a union, whose values lie close together (1) or each in its own place (0). */
  readonly mode?: number;
  readonly typeIdToChildIndex?: Readonly<Record<number, number>>;
}

/** What row `index` of a vector means by its type; `get` alone gives a decimal without its point and a time as a number. */
export function arrowValue(vector: ArrowVector, index: number): unknown {
  let at = index;
  for (const data of vector.data) {
    if (at < data.length) return meaning(vector.get(index), data, at);
    at -= data.length;
  }
  return null;
}

/** The same for a row of a table (`table.toArray()`) as an object of its columns; undefined for anything else. */
export function arrowRecord(value: object): object | undefined {
  if (Object.prototype.toString.call(value) !== "[object Row]") return undefined;
  const { [parent]: data, [rowIndex]: index } = value as { [parent]?: ArrowData; [rowIndex]?: number };
  return data === undefined || index === undefined ? undefined : structValue(value, data, index);
}

/** What a row is a row of. */
const parent = Symbol.for("parent");
const rowIndex = Symbol.for("rowIndex");

/** `value` is what `get` gives for place `at` of a chunk. */
function meaning(value: unknown, data: ArrowData, at: number): unknown {
  if (value === null || value === undefined) return null;
  const { type, values, valueOffsets, children, dictionary } = data;
  switch (type.typeId) {
    case typeIds.dictionary:
      return dictionary && arrowValue(dictionary, Number(values?.[at]));
    case typeIds.decimal:
      return decimalText(unscaled(value as Uint32Array), type.scale ?? 0);
    case typeIds.date:
      return dateText(value, type.unit);
    case typeIds.time:
      return isoText(stored(data, at), type.unit).slice("1970-01-01T".length, -"Z".length);
    case typeIds.timestamp:
      return isoText(stored(data, at), type.unit);
    case typeIds.list:
    case typeIds.largeList:
    case typeIds.fixedSizeList:
      return range(0, (value as ArrowVector).length).map((item) => arrowValue(value as ArrowVector, item));
    case typeIds.struct:
      return structValue(value, data, at);
    case typeIds.map:
      return mapValue(value, children[0]?.children ?? [], Number(valueOffsets?.[at]));
    case typeIds.union: {
      const child = children[type.typeIdToChildIndex?.[data.typeIds?.[at] ?? 0] ?? 0];
      return child ? meaning(value, child, type.mode === 1 ? Number(valueOffsets?.[at]) : at) : value;
    }
    default:
      return value;
  }
}

/** Those of the Arrow format whose values `get` does not give as they are. */
const typeIds = {
  ...{ dictionary: -1, decimal: 7, date: 8, time: 9, timestamp: 10, list: 12, struct: 13, union: 14 },
  ...{ fixedSizeList: 16, map: 17, largeList: 21 },
};

/** A date in days (0) is no time of a day. */
function dateText(value: unknown, unit?: number): string {
  const text = isoText(BigInt(Math.trunc(Number(value))), 1);
  return unit === 0 ? text.slice(0, -"T00:00:00.000Z".length) : text;
}

/** Its own text is wrong for decimals of 256 bits. The lowest 32 bits come first. */
function unscaled(words: Uint32Array): string {
  const bits = Array.from(words).reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return String(BigInt.asIntN(32 * words.length, bits));
}

/** `"-15"` with the scale 3 is `"-0.015"`. */
function decimalText(unscaled: string, scale: number): string {
  const sign = unscaled.startsWith("-") ? "-" : "";
  const digits = unscaled.slice(sign.length);
  if (scale <= 0) return `${sign}${digits}${digits === "0" ? "" : "0".repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** A row gives its values in the order of its columns. */
function structValue(row: object, { children }: ArrowData, at: number): object {
  const fields = [...(row as Iterable<[unknown, unknown]>)];
  return Object.fromEntries(
    fields.map(([name, value], column) => [name, valueIn(value, children[column], at)]),
  );
}

function mapValue(entries: object, [keys, values]: readonly ArrowData[], start: number): object {
  const pairs = [...(entries as Iterable<[unknown, unknown]>)];
  return Object.fromEntries(
    pairs.map(([key, value], index) => [
      String(valueIn(key, keys, start + index)),
      valueIn(value, values, start + index),
    ]),
  );
}

function valueIn(value: unknown, data: ArrowData | undefined, at: number): unknown {
  return data === undefined ? value : meaning(value, data, at);
}

/** The number as it lies in memory: `get` makes times milliseconds, and rounds those in nanoseconds. */
function stored({ values }: ArrowData, at: number): bigint {
  return BigInt(values?.[at] ?? 0);
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
