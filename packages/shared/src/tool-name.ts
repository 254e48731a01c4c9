/** What clients allow in a name. */
const longestName = 64;
const digestBytes = 8;
/** No name without a digest has it. */
const separator = "___";

/**
 * The name of a block as a tool, the same at any time and on any machine, and of no other block: `look__echo`. Names have ASCII
 * letters, digits, `_` and `-` only, and at most 64 of them; if the id has others or more, what is left of it and a digest.
 */
export async function toolName(blockId: string): Promise<string> {
  const plain = plainName(blockId);
  if (plain !== undefined && plain.length <= longestName) return plain;
  const digest = await digestOf(blockId);
  const words = blockId.replace(/[^A-Za-z0-9-]+/g, "_").replace(/^_+/, "");
  const readable = words.slice(0, longestName - separator.length - digest.length).replace(/_+$/, "");
  return `${readable || "block"}${separator}${digest}`;
}

/** With `__` for `::`, if the id can be read from it again. */
function plainName(blockId: string): string | undefined {
  const parts = blockId.split("::");
  const isPlain = parts.every((part) => /^[A-Za-z0-9-]+(?:_[A-Za-z0-9-]+)*$/.test(part));
  return parts.length === 2 && isPlain ? parts.join("__") : undefined;
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const bytes = [...new Uint8Array(digest, 0, digestBytes)];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
