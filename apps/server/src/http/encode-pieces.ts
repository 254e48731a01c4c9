/** A text that comes in pieces as UTF-8, in parts of up to 256 KiB if no piece is longer, each in memory of its own. */
export function* encodePieces(pieces: Iterable<string>): Generator<Uint8Array, undefined> {
  const encoder = new TextEncoder();
  let part = "";
  for (const piece of pieces) {
    if (part !== "" && part.length + piece.length > partCharacters) {
      yield encoder.encode(part);
      part = "";
    }
    part += piece;
  }
  if (part !== "") yield encoder.encode(part);
}

/** A character takes three bytes at most. */
const partCharacters = Math.floor((256 * 1024) / 3);
