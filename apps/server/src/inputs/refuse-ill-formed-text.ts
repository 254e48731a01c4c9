import { Refusal } from "../refusal.ts";
import type { InputTaker } from "./input-taker.ts";
import { objectsWithin } from "./objects-within.ts";

/**
 * The engine's JSON parser takes no half of a surrogate pair (oocana-protocol 2.3), and makes the input null. Throws a
 * {@link Refusal} that names the handle.
 */
export function refuseIllFormedText({ title }: InputTaker, given: ReadonlyMap<string, unknown>): void {
  for (const [handle, value] of given) {
    if (!holdsIllFormedText(value)) continue;
    throw new Refusal(
      400,
      `The input "${handle}" of ${title} holds text that is not well-formed Unicode (half of a surrogate pair), which the engine of flows cannot read; leave it out, or give a file.`,
    );
  }
}

function holdsIllFormedText(value: unknown): boolean {
  if (isIllFormed(value)) return true;
  for (const one of objectsWithin(value))
    if (Object.entries(one).some(([key, inner]) => isIllFormed(key) || isIllFormed(inner))) return true;
  return false;
}

function isIllFormed(value: unknown): boolean {
  // With the u flag a pair is one character, so only lone halves match.
  return typeof value === "string" && /\p{Surrogate}/u.test(value);
}
