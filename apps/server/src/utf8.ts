import { isAscii } from "node:buffer";

/** Cuts bytes of UTF-8 into views of about so many; no character is cut. */
export function* piecesOfBytes(bytes: Uint8Array, sizeBytes: number): Generator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + sizeBytes, bytes.length);
    while (end > start + 1 && isWithinCharacter(bytes[end])) end -= 1;
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** The same in memory of their own, for whoever frees each of them. */
export function* copiesOfBytes(bytes: Uint8Array, sizeBytes: number): Generator<Uint8Array, void> {
  for (const piece of piecesOfBytes(bytes, sizeBytes)) yield new Uint8Array(piece);
}

/** A byte order mark stays, and what is no UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** How many characters of UTF-16 bytes of UTF-8 are: the length of their text. */
export function charactersIn(bytes: Uint8Array): number {
  let characters = 0;
  for (const piece of piecesOfBytes(bytes, countedBytes))
    characters += isAscii(piece) ? piece.length : decodeUtf8(piece).length;
  return characters;
}

/** What is decoded of so few is young when it is garbage, and gone at once. */
const countedBytes = 16 * 1024;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whether a byte continues a character that has begun before it. */
function isWithinCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
