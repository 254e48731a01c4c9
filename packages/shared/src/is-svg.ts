/**
 * Whether a text is a picture in SVG, whatever declaration, comments and document type stand before it. Reads each of its
 * characters once at most: a block chose them.
 */
export function isSvg(text: string): boolean {
  let at = skipSpace(text, 0);
  for (const [opening, closing] of prologue) {
    while (hasAt(text, at, opening)) {
      const end = text.indexOf(closing, at + opening.length);
      if (end < 0) return false;
      at = skipSpace(text, end + closing.length);
    }
  }
  return hasAt(text, at, "<svg") && /[\s>]/.test(text.charAt(at + "<svg".length));
}

/** In this order. */
const prologue = [
  ["<?xml", ">"],
  ["<!--", "-->"],
  ["<!doctype svg", ">"],
] as const;

function hasAt(text: string, at: number, word: string): boolean {
  return text.slice(at, at + word.length).toLowerCase() === word;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text.charAt(at))) at += 1;
  return at;
}
