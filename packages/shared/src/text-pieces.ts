/** What a process encodes at once, in characters: more would hold up others. */
export const pieceCharacters = 256 * 1024;

/** Cuts a text into pieces of so many characters; one that is made of two halves stays whole. */
export function* piecesOf(text: string, characters: number): Generator<string, void> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + characters, text.length);
    if (isHighSurrogate(text.charCodeAt(end - 1)) && end < text.length) end -= 1;
    yield text.slice(start, end);
    start = end;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
