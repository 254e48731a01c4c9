import { firstPiece } from "./json-pieces.ts";

/** What a clipboard takes at once, in characters. */
const longestCopied = 500_000;

/** A text for the clipboard; undefined if it is too long for that. */
export function shortText(pieces: (characters: number) => Iterator<string, void>): string | undefined {
  const { text, isAll } = firstPiece(pieces(longestCopied));
  return isAll ? text : undefined;
}
