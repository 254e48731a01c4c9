import { createHash } from "node:crypto";
import { basename } from "node:path";
import { Refusal } from "../refusal.ts";
import type { IdempotentRequest } from "../store/task-rows.ts";
import type { Caller } from "./callers.ts";
import type { ReceivedFile } from "./uploads.ts";

const maxKeyCharacters = 255;

/**
 * The caller's `Idempotency-Key` with a fingerprint of what it asks for: a JSON value, and files; `undefined` without a key.
 * The same key of two callers is two keys.
 */
export function readIdempotency(
  caller: Caller,
  key: string | undefined,
  content: unknown,
  files: readonly ReceivedFile[] = [],
): IdempotentRequest | undefined {
  if (key === undefined) return undefined;
  if (key === "" || key.length > maxKeyCharacters) {
    throw new Refusal(400, `An Idempotency-Key has 1 to ${maxKeyCharacters} characters.`);
  }
  return { caller: caller.id, key, fingerprint: fingerprint(content, files) };
}

/** Refuses a key that stands for another request already. */
export function requireSameRequest(one: IdempotentRequest, earlier: IdempotentRequest): void {
  if (one.fingerprint === earlier.fingerprint) return;
  throw new Refusal(422, `The Idempotency-Key "${one.key}" was used for another request already.`);
}

/** Of the content alone: the boundaries of a form differ each time. */
function fingerprint(content: unknown, files: readonly ReceivedFile[]): string {
  const hash = createHash("sha256").update(JSON.stringify(content));
  for (const { path, digest } of files) hash.update(JSON.stringify([basename(path), digest]));
  return hash.digest("hex");
}
