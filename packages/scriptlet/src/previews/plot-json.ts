import { jsonForm } from "../wire/json-form.ts";
import { toPlainJson } from "../wire/plain-json.ts";

/**
 * What a plot is drawn from, as JSON in which charting libraries find what they expect: typed arrays, sets and frames' columns as
 * lists, BigInt as numbers, and times by `time`, which gets milliseconds since 1970.
 *
 * @throws `UnencodableValueError` for a cycle.
 */
export function plotJson(value: object, time: (milliseconds: number) => unknown): string {
  try {
    return stringify(value, time);
  } catch (error) {
    // It names the place.
    toPlainJson(value, { strict: true, path: "payload" });
    throw error;
  }
}

function stringify(value: object, time: (milliseconds: number) => unknown): string {
  return JSON.stringify(value, function (this: unknown, key: string, converted: unknown) {
    // `toJSON` has been called by then.
    const given = (this as Record<string, unknown>)[key];
    if (typeof given === "bigint") return Number(given);
    if (typeof given !== "object" || given === null) return converted;
    if (isDate(given)) return Number.isNaN(given.getTime()) ? null : time(given.getTime());
    const instant = (given as { epochMilliseconds?: unknown }).epochMilliseconds;
    if (typeof instant === "number") return time(instant);
    if (ArrayBuffer.isView(given) && Symbol.iterator in given) {
      return Array.from(given as unknown as Iterable<number | bigint>, Number);
    }
    return typeof converted === "object" && converted !== null ? (jsonForm(converted) ?? null) : converted;
  });
}

/** Also of another realm. */
function isDate(value: object): value is Date {
  return Object.prototype.toString.call(value) === "[object Date]";
}
