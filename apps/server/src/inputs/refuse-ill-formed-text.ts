import { Refusal } from "../refusal.ts";
import type { InputTaker } from "./input-taker.ts";

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

/** Without recursion: values of callers may be nested deeper than the stack is. */
function holdsIllFormedText(value: unknown): boolean {
  const open = [value];
  for (const one of open) {
    if (typeof one === "string" && isIllFormed(one)) return true;
    if (typeof one !== "object" || one === null) continue;
    for (const [key, inner] of Object.entries(one)) {
      if (isIllFormed(key)) return true;
      open.push(inner);
    }
  }
  return false;
}

function isIllFormed(text: string): boolean {
  // With the u flag a pair is one character, so only lone halves match.
  return /\p{Surrogate}/u.test(text);
}
