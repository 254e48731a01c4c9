/** A value of `@duckdb/node-api` that is not one of JavaScript's own, such as a `DuckDBDecimalValue`. */
export function isDuckDbValue(value: object): boolean {
  return /^DuckDB\w+Value$/.test(String(value.constructor?.name));
}

/** What the rows `getRowsJson` of DuckDB have in its place: text, or lists and objects of what they have. */
export function duckDbJson(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null || !isDuckDbValue(value)) return value;
  const { items, entries, months, days, micros, tag, value: tagged } = value as DuckDbParts;
  if (Array.isArray(items)) return items.map(duckDbJson);
  if (Array.isArray(entries)) {
    return entries.map(({ key, value }) => ({ key: duckDbJson(key), value: duckDbJson(value) }));
  }
  if (entries !== undefined) {
    return Object.fromEntries(Object.entries(entries).map(([name, item]) => [name, duckDbJson(item)]));
  }
  if (months !== undefined) return { months, days, micros: String(micros) };
  return tag === undefined ? String(value) : { tag, value: duckDbJson(tagged) };
}

interface DuckDbParts {
  /** Of lists and arrays. */
  items?: unknown[];
  /** Of maps and structs. */
  entries?: { key: unknown; value: unknown }[] | Record<string, unknown>;
  /** Of intervals. */
  months?: number;
  days?: number;
  micros?: bigint;
  /** Of unions. */
  tag?: string;
  value?: unknown;
}
