/** Longest name that common file systems take, in bytes of UTF-8. */
const longestNameBytes = 255;

/**
 * The last part of a name that somebody else chose, as a name that any system's disk takes and that leads nowhere else. Its
 * ending is kept, since programs tell types by it.
 */
export function safeFileName(name: string, maxBytes = longestNameBytes): string {
  const last =
    name
      .replace(/^[a-z]:/i, "")
      .split(/[\\/]/)
      .findLast((part) => part !== "") ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must be removed
  const cleaned = last.replaceAll(/[\u0000-\u001f\u007f<>:"|?*]/g, "_");
  // Devices on Windows, whatever follows: `con .txt` is one too.
  const harmless = cleaned.replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=[. ]*(\.|$))/i, "$1_");
  // Last: what shortening leaves at the end may be what must not stand there.
  return withoutDroppedEnd(shorten(withoutDroppedEnd(harmless), maxBytes)) || "file";
}

/** Windows drops dots and spaces at the end of a name. */
function withoutDroppedEnd(name: string): string {
  return name.replace(/[. ]+$/, "");
}

function shorten(name: string, maxBytes: number): string {
  if (utf8(name).length <= maxBytes) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot) : "";
  const kept = utf8(extension).length < 32 ? extension : "";
  const stem = utf8(name.slice(0, name.length - kept.length));
  return cutBetweenCharacters(stem, maxBytes - utf8(kept).length) + kept;
}

/** At most that many bytes of UTF-8; in it every byte but the first of a character begins with 10. */
function cutBetweenCharacters(text: Uint8Array, maxBytes: number): string {
  let end = maxBytes;
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(text.subarray(0, end));
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
