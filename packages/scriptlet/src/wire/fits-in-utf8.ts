/** Whether a text has at most this many bytes as UTF-8. */
export function fitsInUtf8(text: string, maxBytes: number): boolean {
  // One UTF-16 unit is at most three bytes; most texts need no counting.
  if (text.length * 3 <= maxBytes) return true;
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // A surrogate is half of a four-byte character.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return bytes <= maxBytes;
}
