/** What to do about a result that people take for a table, and that has no rows yet; undefined for any other value. */
export function unreadTable(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (/^DuckDB\w*Result$/.test(String(value.constructor?.name)))
    return "Read the rows first: await connection.runAndReadAll(sql)";
  const isLazy = Object.prototype.toString.call(value) === "[object LazyDataFrame]";
  return isLazy ? "Collect the frame first: await frame.collect()" : undefined;
}
