import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { Refusal } from "../refusal.ts";
import type { IdempotentRequest } from "../store/task-rows.ts";
import type { Caller } from "./callers.ts";

const maxKeyCharacters = 255;

/**
 * The caller's `Idempotency-Key` with a fingerprint of what it asks for: a JSON value, and files; `undefined` without a key.
 * The same key of two callers is two keys.
 */
export async function readIdempotency(
  caller: Caller,
  key: string | undefined,
  content: unknown,
  files: readonly string[] = [],
): Promise<IdempotentRequest | undefined> {
  if (key === undefined) return undefined;
  if (key === "" || key.length > maxKeyCharacters) {
    throw new Refusal(400, `An Idempotency-Key has 1 to ${maxKeyCharacters} characters.`);
  }
  return { caller: caller.id, key, fingerprint: await fingerprint(content, files) };
}

/** Refuses a key that stands for another request already. */
export function requireSameRequest(one: IdempotentRequest, earlier: IdempotentRequest): void {
  if (one.fingerprint === earlier.fingerprint) return;
  throw new Refusal(422, `The Idempotency-Key "${one.key}" was used for another request already.`);
}

/** Of the content alone: the boundaries of a form differ each time. */
async function fingerprint(content: unknown, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(content));
  for (const file of files) {
    const digest = createHash("sha256");
    await pipeline(createReadStream(file), digest);
    hash.update(JSON.stringify([basename(file), digest.digest("hex")]));
  }
  return hash.digest("hex");
}
