import { isPlainJson } from "../wire/is-plain-json.ts";
import { type Loss, toPlainJson } from "../wire/plain-json.ts";
import { libraryForm } from "./library-form.ts";

/**
 * A value as it goes into a message: itself if JSON says all of it, otherwise a copy with the documented forms (guide "Values"), data frames as their rows.
 * What JSON cannot carry is left out with one warning that names its place; undefined if nothing is left.
 *
 * @throws `UnencodableValueError` for a BigInt beyond 2^53, a cycle, or too deep a value.
 */
export function toSendable(value: unknown, place: Place, warn: (text: string) => void): unknown {
  if (isPlainJson(value)) return value;
  let first: Loss | undefined;
  let others = -1;
  const copy = toPlainJson(value, {
    strict: place.strict ?? true,
    path: place.path,
    // A table may have millions.
    onLoss(loss) {
      first ??= loss;
      others += 1;
    },
    formOf: libraryForm,
  });
  if (first !== undefined) {
    const more = others > 0 ? ` (and ${others} more like it)` : "";
    warn(`${place.title}, at ${first.path}: ${first.reason}${more}.`);
  }
  return copy;
}

/** Where a value stands, for people. */
export interface Place {
  /** `Output handle [text]` */
  title: string;
  /** The first part of the places inside the value. */
  path: string;
  /** Default true; otherwise notes take the place of what cannot be sent at all. */
  strict?: boolean;
}
