import { mayHoldInexactNumber } from "./may-hold-inexact-number.ts";
import { endOfString } from "./nesting.ts";

/** A number in a JSON text that reading it would change, as it is written there. */
export interface InexactNumber {
  text: string;
  /** Where it begins. */
  at: number;
}

/**
 * The numbers of a JSON text that a double cannot hold: integers whose digits would change, and what would become infinite. A
 * decimal that is rounded is none of them: every reader rounds it alike.
 */
export function* inexactNumbersIn(json: string): Generator<InexactNumber, void> {
  if (!mayHoldInexactNumber(json)) return;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === quote) at = endOfString(json, at + 1);
    else if (character === minus || (character >= zero && character <= nine)) {
      number.lastIndex = at;
      const text = number.exec(json)?.[0];
      if (text === undefined) continue;
      if (!isExact(text)) yield { text, at };
      at += text.length - 1;
    }
  }
}

/** The text with each such number as a text of the same digits, so that reading it loses nothing. */
export function withExactNumbers(json: string): string {
  let written = "";
  let end = 0;
  for (const { text, at } of inexactNumbersIn(json)) {
    written += `${json.slice(end, at)}"${text}"`;
    end = at + text.length;
  }
  return end === 0 ? json : written + json.slice(end);
}

function isExact(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  // What is written again as it was is not changed, though the double may be a little off.
  return !/^-?\d{16,}$/.test(text) || String(value) === text || BigInt(text) === BigInt(value);
}

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const [quote, minus, zero, nine] = [0x22, 0x2d, 0x30, 0x39];
