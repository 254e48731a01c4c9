/** A text that comes in pieces as UTF-8, in parts of about 256 KiB, each in memory of its own. */
export function* encodePieces(pieces: Iterable<string>): Generator<Uint8Array, undefined> {
  const encoder = new TextEncoder();
  const part = new Uint8Array(partBytes);
  let length = 0;
  for (const piece of pieces) {
    // A character takes three bytes at most.
    if (length > 0 && length + 3 * piece.length > part.length) {
      yield part.slice(0, length);
      length = 0;
    }
    if (3 * piece.length > part.length) yield encoder.encode(piece);
    else length += encoder.encodeInto(piece, part.subarray(length)).written;
  }
  if (length > 0) yield part.slice(0, length);
}

const partBytes = 256 * 1024;
