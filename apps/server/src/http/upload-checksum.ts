import { createHash } from "node:crypto";
import type { Chunks } from "../files/partial-files.ts";
import { Refusal } from "../refusal.ts";

/** In the order of preference; tus wants the last. */
export const checksumNames = ["sha256", "sha1"];

/** What passes chunks on and then throws a {@link Refusal} if they are not those of `Upload-Checksum`; `undefined` without one. */
export function requireChecksum(given: string | undefined): ((chunks: Chunks) => Chunks) | undefined {
  if (given === undefined) return undefined;
  const [, name = "", base64 = ""] = /^ *([\w-]+) +([A-Za-z0-9+/]+={0,2}) *$/.exec(given) ?? [];
  if (!checksumNames.includes(name)) {
    throw new Refusal(400, `Upload-Checksum takes ${checksumNames.join(" or ")} and the sum in base64.`);
  }
  const wanted = Buffer.from(base64, "base64");
  return async function* check(chunks) {
    const hash = createHash(name);
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
    if (!hash.digest().equals(wanted))
      throw new Refusal(460, `What has arrived has another ${name} than Upload-Checksum says.`);
  };
}
