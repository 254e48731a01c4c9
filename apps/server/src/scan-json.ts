import { setImmediate as breathe } from "node:timers/promises";

/** What a JSON text holds, as far as it can be told without making its values. */
export interface JsonScan {
  /** How deep its lists and objects are nested. */
  levels: number;
  /** It may hold a number that a double cannot. */
  mayHoldInexactNumber: boolean;
  /** Where the values of an object's members stand, in their order; none if it is no object. */
  members: { key: string; start: number; end: number }[];
}

/**
 * Reads JSON in UTF-8 once, and makes none of its values: for many small ones that takes a fraction of parsing them. Answers nothing
 * if it is no JSON, or is nested more than 128 levels deep. The bytes must be well-formed: within texts they are not looked at, and
 * what JSON is made of outside of them is ASCII, no byte of which is a part of another character.
 */
export function scanJson(json: Buffer): JsonScan | undefined {
  const goOn = beginScan(json);
  let scan = goOn();
  while (scan === "unfinished") scan = goOn();
  return scan;
}

/** The same, with time for others in between: what is large takes longer than they should wait. */
export async function scanJsonInTurns(json: Buffer): Promise<JsonScan | undefined> {
  const goOn = beginScan(json);
  let scan = goOn();
  while (scan === "unfinished") {
    await breathe();
    scan = goOn();
  }
  return scan;
}

/** So much at a time takes some milliseconds. */
const stepBytes = 512 * 1024;

/** Each call of the answer reads some more. */
function beginScan(json: Buffer): () => JsonScan | undefined | "unfinished" {
  const scan: JsonScan = { levels: 0, mayHoldInexactNumber: false, members: [] };
  /** Of each level that is open: whether it is an object. */
  const isObject: boolean[] = [];
  let member = { key: "", start: 0 };
  let at = 0;
  /** Of a string that is a value and has been read in part. */
  let withinText = nowhere;

  /** Goes behind a key and its colon; false if there is none. */
  const readKey = (): boolean => {
    const start = afterSpace(json, at);
    const end = byteAt(json, start) === quote ? afterText(json, start + 1, json.length) : malformed;
    if (end === malformed) return false;
    at = afterSpace(json, end) + 1;
    if (byteAt(json, at - 1) !== colon) return false;
    if (isObject.length === 1)
      member = { key: JSON.parse(json.toString("utf8", start, end)), start: afterSpace(json, at) };
    return true;
  };

  /** Answers what is behind it. */
  const readNumber = (): number => {
    const whole = byteAt(json, at) === minus ? at + 1 : at;
    let end = afterDigits(json, whole);
    // A zero stands alone.
    if (end === malformed || (byteAt(json, whole) === zero && end > whole + 1)) return malformed;
    if (byteAt(json, end) === point) end = afterDigits(json, end + 1);
    if (end === malformed) return malformed;
    const letter = byteAt(json, end);
    const hasExponent = letter === letterE || letter === capitalE;
    if (hasExponent) {
      const sign = byteAt(json, end + 1);
      end = afterDigits(json, sign === plus || sign === minus ? end + 2 : end + 1);
    }
    if (hasExponent || end - at >= fewestDigits) scan.mayHoldInexactNumber = true;
    return end;
  };

  return () => {
    const limit = at + stepBytes;
    while (at < limit) {
      at = afterSpace(json, at);
      const code = withinText === nowhere ? byteAt(json, at) : quote;
      if (code === openBracket || code === openBrace) {
        isObject.push(code === openBrace);
        if (isObject.length > mostLevels) return undefined;
        scan.levels = Math.max(scan.levels, isObject.length);
        at = afterSpace(json, at + 1);
        if (byteAt(json, at) !== closeOf(code)) {
          if (code === openBrace && !readKey()) return undefined;
          continue;
        }
        at += 1;
        isObject.pop();
      } else if (code === quote) {
        at = afterText(json, withinText === nowhere ? at + 1 : withinText, limit);
        withinText = isWithin(at) ? whereWithin(at) : nowhere;
        if (withinText !== nowhere) {
          at = withinText;
          return "unfinished";
        }
      } else if (code === minus || isDigit(code)) at = readNumber();
      else at = afterWord(json, at);
      if (at === malformed) return undefined;

      // Behind a value: what it ends, and what comes next.
      for (let isNext = false; !isNext; at += 1) {
        at = afterSpace(json, at);
        const isWithinObject = isObject.at(-1);
        if (isWithinObject === undefined) return at === json.length ? scan : undefined;
        const mark = byteAt(json, at);
        if (mark !== comma && mark !== closeOf(isWithinObject ? openBrace : openBracket)) return undefined;
        if (isWithinObject && isObject.length === 1) scan.members.push({ ...member, end: at });
        if (mark === comma) isNext = true;
        else isObject.pop();
      }
      if (isObject.at(-1) && !readKey()) return undefined;
    }
    return "unfinished";
  };
}

const malformed = -1;
const nowhere = -1;
const mostLevels = 128;

function afterSpace(json: Buffer, start: number): number {
  let at = start;
  for (let code = byteAt(json, at); isSpace(code); code = byteAt(json, at)) at += 1;
  return at;
}

/** Behind a string that goes on at `start`; if that is somewhat further than `limit`, where it still is within. */
function afterText(json: Buffer, start: number, limit: number): number {
  let plainUntil = start + shortText;
  let pauseBytes = shortText;
  let pieceBytes = firstPieceBytes;
  for (let at = start; at < json.length; at += 1) {
    if (at >= plainUntil) {
      if (at >= limit) return within(at);
      const piece = json.toString("latin1", at, at + pieceBytes);
      plain.lastIndex = 0;
      plain.test(piece);
      at += plain.lastIndex;
      const isPlain = plain.lastIndex === piece.length;
      if (isPlain) pieceBytes = Math.min(2 * pieceBytes, mostPieceBytes);
      else pauseBytes = Math.min(2 * pauseBytes, mostPieceBytes);
      plainUntil = isPlain ? at : at + pauseBytes;
    }
    const code = byteAt(json, at);
    // Most bytes: letters, and those of characters that have several.
    if (code > backslash) continue;
    if (code === quote) return at + 1;
    if (code < space) return malformed;
    if (code !== backslash) continue;
    at += 1;
    if (isEscapable[byteAt(json, at)] === 1) continue;
    if (byteAt(json, at) !== letterU) return malformed;
    for (const end = at + 4; at < end; at += 1) if (!isHexDigit(byteAt(json, at + 1))) return malformed;
  }
  return malformed;
}

/** A place within a string, told apart from one behind it. */
const within = (at: number) => malformed - 1 - at;
const isWithin = (at: number) => at < malformed;
const whereWithin = within;

/** All but quotes, backslashes and control characters. It is faster than a loop, but only where it goes far. */
const plain = /[ !#-[\]-\xff]*/y;
const shortText = 48;
/** What is looked at becomes a text of a character for each byte, which is in vain for what stands behind the end. */
const firstPieceBytes = 256;
const mostPieceBytes = 16 * 1024;

/** By byte. */
const isEscapable = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrt')) isEscapable[byte] = 1;

/** A double holds fifteen of them, whichever they are. */
const fewestDigits = 16;

function afterDigits(json: Buffer, start: number): number {
  let at = start;
  while (isDigit(byteAt(json, at))) at += 1;
  return at === start ? malformed : at;
}

function afterWord(json: Buffer, start: number): number {
  const word = words.find((letters) =>
    letters.every((letter, index) => byteAt(json, start + index) === letter),
  );
  return word === undefined ? malformed : start + word.length;
}

const words = ["true", "false", "null"].map((word) => [...Buffer.from(word)]);

/** No byte, and less than each, behind the last. */
function byteAt(json: Buffer, at: number): number {
  return json[at] ?? -1;
}

function isSpace(code: number): boolean {
  return code === space || code === 0x0a || code === 0x0d || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= letterA && code <= letterF) || (code >= capitalA && code <= capitalF);
}

function closeOf(open: number): number {
  return open === openBrace ? closeBrace : closeBracket;
}

const [space, quote, plus, comma, minus, point, zero, nine, colon] = [
  0x20, 0x22, 0x2b, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x3a,
];
const [openBracket, backslash, closeBracket, openBrace, closeBrace] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d];
const [capitalA, capitalE, capitalF, letterA, letterE, letterF, letterU] = [
  0x41, 0x45, 0x46, 0x61, 0x65, 0x66, 0x75,
];
