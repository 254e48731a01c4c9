import { Refusal } from "../refusal.ts";
import { isRecord } from "../values.ts";
import type { InputTaker } from "./input-taker.ts";
import { objectsWithin } from "./objects-within.ts";

/**
 * Callers may not refer to values that stand elsewhere: the executor would read any file of this machine for them. Not
 * inside of a value either, since a block may give what is inside to another block. Throws a {@link Refusal} that names the handle.
 */
export function refuseReferences({ title }: InputTaker, given: ReadonlyMap<string, unknown>): void {
  for (const [handle, value] of given) {
    if (!holdsReference(value)) continue;
    throw new Refusal(
      400,
      `The input "${handle}" of ${title} holds a reference ("__OOMOL_TYPE__"), which only blocks and the server make; upload the file, or give the value itself.`,
    );
  }
}

/** What the executor turns into a value later (oocana-protocol 3.2, 3.3). */
export function isReference(value: unknown): boolean {
  return isRecord(value) && typeof value.__OOMOL_TYPE__ === "string";
}

function holdsReference(value: unknown): boolean {
  for (const one of objectsWithin(value)) if (isReference(one)) return true;
  return false;
}
