import { Refusal } from "../refusal.ts";
import type { IdempotentRequest } from "../store/task-rows.ts";
import type { Caller } from "./callers.ts";

const maxKeyCharacters = 255;

/**
 * The caller's `Idempotency-Key` with a fingerprint of what it asks for, which is made if there is a key; `undefined` without one.
 * The same key of two callers is two keys.
 */
export async function readIdempotency(
  caller: Caller,
  key: string | undefined,
  fingerprint: () => string | Promise<string>,
): Promise<IdempotentRequest | undefined> {
  if (key === undefined) return undefined;
  if (key === "" || key.length > maxKeyCharacters) {
    throw new Refusal(400, `An Idempotency-Key has 1 to ${maxKeyCharacters} characters.`);
  }
  return { caller: caller.id, key, fingerprint: await fingerprint() };
}

/** Refuses a key that stands for another request already. */
export function requireSameRequest(one: IdempotentRequest, earlier: IdempotentRequest): void {
  if (one.fingerprint === earlier.fingerprint) return;
  throw new Refusal(422, `The Idempotency-Key "${one.key}" was used for another request already.`);
}
