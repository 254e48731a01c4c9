import { posix, win32 } from "node:path";

/** Longest name that common file systems take, in bytes of UTF-8. */
const maxNameBytes = 255;

/** The last segment of a name that a client chose, without anything that leads out of a directory or breaks one. */
export function safeFileName(name: string | undefined): string {
  const base = posix.basename(win32.basename(name ?? ""));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  const cleaned = base.replaceAll(/[\u0000-\u001f\u007f<>:"|?*]/g, "_");
  const harmless = cleaned.replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=[. ]*(\.|$))/i, "$1_"); // devices on Windows
  // Last: what shortening leaves at the end may be what must not stand there.
  return withoutDroppedEnd(shorten(withoutDroppedEnd(harmless))) || "file";
}

/** Windows drops dots and spaces at the end of a name. */
function withoutDroppedEnd(name: string): string {
  return name.replace(/[. ]+$/, "");
}

/** Keeps the extension: blocks tell types by it. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= maxNameBytes) return name;
  const extension = posix.extname(name);
  const kept = Buffer.byteLength(extension) < 32 ? extension : "";
  const stem = Buffer.from(name.slice(0, name.length - kept.length));
  return cutBetweenCharacters(stem, maxNameBytes - Buffer.byteLength(kept)) + kept;
}

/** At most that many bytes of UTF-8; in it every byte but the first of a character begins with 10. */
function cutBetweenCharacters(text: Buffer, maxBytes: number): string {
  let end = maxBytes;
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return text.toString("utf8", 0, end);
}
