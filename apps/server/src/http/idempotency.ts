import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { Refusal } from "../refusal.ts";
import type { IdempotentRequest } from "../store/task-store.ts";
import type { TaskRequest } from "./read-task-request.ts";

const maxKeyCharacters = 255;

/** The caller's `Idempotency-Key` with a fingerprint of what it asks for; `undefined` without a key. */
export async function readIdempotency(
  key: string | undefined,
  request: TaskRequest,
): Promise<IdempotentRequest | undefined> {
  if (key === undefined) return undefined;
  if (key === "" || key.length > maxKeyCharacters) {
    throw new Refusal(400, `An Idempotency-Key has 1 to ${maxKeyCharacters} characters.`);
  }
  return { key, fingerprint: await fingerprint(request) };
}

/** Refuses a key that stands for another request already. */
export function requireSameRequest(one: IdempotentRequest, earlier: IdempotentRequest): void {
  if (one.fingerprint === earlier.fingerprint) return;
  throw new Refusal(422, `The Idempotency-Key "${one.key}" was used for another request already.`);
}

/** Of the content alone: the boundaries of a form differ each time. */
async function fingerprint({ blockId, inputValues, files }: TaskRequest): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([blockId, inputValues]));
  for (const file of files) {
    const content = createHash("sha256");
    await pipeline(createReadStream(file), content);
    hash.update(JSON.stringify([basename(file), content.digest("hex")]));
  }
  return hash.digest("hex");
}
