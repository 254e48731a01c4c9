/** Methods that only their tables, columns and results have: Apache Arrow, Arquero and DuckDB, danfojs, nodejs-polars. */
const methods = ["getChildAt", "columnNames", "iloc", "toFrame"];

/**
 * Whether a value is a data frame of a library, or a part of one: JSON would have what that library has inside, such as decimals
 * without their point.
 */
export function isDataFrame(value: object): boolean {
  // The columns of a frame of polars hide its methods.
  const isTagged = /^\[object ((Lazy)?DataFrame|Row)\]$/.test(Object.prototype.toString.call(value));
  return isTagged || methods.some((name) => typeof Reflect.get(value, name) === "function");
}
