import { bytesOf } from "../wire/bytes-of.ts";
import { isDuckDbValue } from "../wire/duckdb-value.ts";
import { jsonForm } from "../wire/json-form.ts";
import { arrowRecord } from "./arrow-value.ts";
import type { FrameView } from "./frame-view.ts";

/** A list as a table: a list of records has a column for each of their names, any other list one column of its values. */
export function viewList(list: readonly unknown[]): FrameView {
  const rowCount = list.length;
  const columns = namesIn(list);
  if (columns === undefined) {
    return {
      columns: ["value"],
      rowCount,
      rows: (start, end) => list.slice(start, end).map((value) => [value]),
    };
  }
  const toRow = (item: unknown) => {
    const record = Object(recordOf(item));
    return columns.map((column) => record[column]);
  };
  return { columns, rowCount, rows: (start, end) => list.slice(start, end).map(toRow) };
}

/** Undefined if an item is no record, or if no record has a name: a table of them would be blank. */
function namesIn(list: readonly unknown[]): string[] | undefined {
  const names = new Set<string>();
  for (const item of list) {
    if (item === null || item === undefined) continue;
    const record = recordOf(item);
    if (record === undefined) return undefined;
    for (const name of Object.keys(record)) names.add(name);
  }
  return names.size === 0 && list.length > 0 ? undefined : [...names];
}

/** What JSON has in place of an item, if that has names; the `toJSON` of documents leaves their inner parts out. */
function recordOf(item: unknown): object | undefined {
  if (typeof item !== "object" || item === null || isCellValue(item)) return undefined;
  const given = arrowRecord(item) ?? jsonOf(item);
  if (typeof given !== "object" || given === null) return undefined;
  // Columns of a matrix.
  if (Array.isArray(given) || ArrayBuffer.isView(given)) return given;
  const form = jsonForm(given);
  return typeof form === "object" && !Array.isArray(form) ? form : undefined;
}

function jsonOf(item: object): unknown {
  try {
    return "toJSON" in item && typeof item.toJSON === "function" ? item.toJSON("") : item;
  } catch {
    return undefined;
  }
}

/** Whether an object is one value, although it has names, or a `toJSON` that gives some. */
function isCellValue(object: object): boolean {
  return bytesOf(object) !== undefined || isDuckDbValue(object);
}
