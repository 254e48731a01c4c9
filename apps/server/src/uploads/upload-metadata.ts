import { safeFileName } from "@oomol/connect-core/adapter";
import { Refusal } from "../refusal.ts";

/** What an upload may have of it, as it comes. */
const mostBytes = 1_024;

/** Throws a {@link Refusal} unless it is what tus wants: keys, each with base64, a space between, separated by commas. */
export function checkMetadata(metadata: string): void {
  if (Buffer.byteLength(metadata) > mostBytes)
    throw new Refusal(400, `Upload-Metadata may have ${mostBytes} bytes at most.`);
  const keys = pairsOf(metadata).map(([key]) => key);
  if (new Set(keys).size < keys.length) throw new Refusal(400, "Upload-Metadata names a key twice.");
}

/** The name that a task's file gets. */
export function fileNameOf(metadata: string): string {
  const name = new Map(pairsOf(metadata)).get("filename") ?? "";
  return safeFileName(Buffer.from(name, "base64").toString());
}

function pairsOf(metadata: string): [key: string, base64: string][] {
  if (metadata.trim() === "") return [];
  return metadata.split(",").map((pair) => {
    const [, key, base64 = ""] =
      /^ *([\x21-\x2b\x2d-\x7e]+)(?: +([A-Za-z0-9+/]*={0,2}))? *$/.exec(pair) ?? [];
    if (key === undefined)
      throw new Refusal(400, "Upload-Metadata must be keys with values in base64, separated by commas.");
    return [key, base64];
  });
}
