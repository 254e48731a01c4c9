import { isAscii, isUtf8 } from "node:buffer";
import { longJsonBytes } from "../json-text.ts";
import { releaseMemory } from "../release-memory.ts";
import { charactersIn, decodeUtf8, piecesOfBytes } from "../utf8.ts";

/** The text of bytes, whose memory is freed. */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  releaseMemory(bytes);
  return text;
}

/**
 * The same for JSON; in a long one characters that are not ASCII are escaped if they are few: for the sake of one V8 keeps all of
 * a text with two bytes a character, beside what is parsed of it.
 */
export function decodeJson(bytes: Uint8Array): string {
  const most = bytes.length > longJsonBytes && isUtf8(bytes) ? mostEscapes(bytes) : 0;
  if (most === 0) return decodeText(bytes);
  const escaped = Buffer.allocUnsafeSlow(bytes.length + most * escapeBytes);
  let end = 0;
  for (const piece of piecesOfBytes(bytes, pieceBytes)) {
    const ascii = isAscii(piece) ? piece : Buffer.from(decodeUtf8(piece).replace(others, escapeOf));
    escaped.set(ascii, end);
    end += ascii.length;
  }
  releaseMemory(bytes);
  const text = escaped.toString("latin1", 0, end);
  releaseMemory(escaped);
  return text;
}

/** How many characters there are to escape, at most; none if they are not few. */
function mostEscapes(bytes: Uint8Array): number {
  const characters = charactersIn(bytes);
  // Each takes one byte more than an ASCII character, or two.
  const most = bytes.length - characters;
  return most * fewOf < characters ? most : 0;
}

/** So many characters, and one of them is escaped: it takes a while. */
const fewOf = 32;

/** Halves of a character are escaped by themselves. */
const others = /[\u0080-\uffff]/g;
const escapeBytes = 6;

function escapeOf(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const pieceBytes = 16 * 1024;
