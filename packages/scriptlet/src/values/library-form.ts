import { arrowRecord } from "../frames/arrow-value.ts";
import { viewTable } from "../frames/data-frame.ts";
import { allJsonRows } from "../frames/json-rows.ts";
import { unreadTable } from "../frames/unread-table.ts";
import type { LibraryForm } from "../wire/library-form.ts";
import { isElement } from "./element.ts";

/** What is sent for an object of a library (guide "Values"): the rows of a data frame, the markup of an element; undefined for others. */
export function libraryForm(object: object): LibraryForm | undefined {
  const advice = unreadTable(object);
  if (advice !== undefined) return { refusal: `it has no rows yet. ${advice}` };
  const record = arrowRecord(object);
  if (record !== undefined) return { value: record };
  const view = viewTable(object);
  if (view !== undefined) return { rows: allJsonRows(view), count: view.rowCount };
  // Plain objects may have properties of these names.
  const isPlain = Object.getPrototypeOf(object) === Object.prototype;
  return !isPlain && isElement(object) ? { value: object.outerHTML } : undefined;
}
