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
 * Reads a JSON text once, and makes none of its values: for many small ones that takes a fraction of parsing them. Answers nothing
 * if it is no JSON, or is nested more than 128 levels deep.
 */
export function scanJson(json: string): JsonScan | undefined {
  const scan: JsonScan = { levels: 0, mayHoldInexactNumber: false, members: [] };
  /** Of each level that is open: whether it is an object. */
  const isObject: boolean[] = [];
  let member = { key: "", start: 0 };
  let at = 0;

  /** Goes behind a key and its colon; false if there is none. */
  const readKey = (): boolean => {
    const start = afterSpace(json, at);
    const end = afterText(json, start);
    if (end === malformed) return false;
    at = afterSpace(json, end) + 1;
    if (json.charCodeAt(at - 1) !== colon) return false;
    if (isObject.length === 1) member = { key: JSON.parse(json.slice(start, end)), start: at };
    return true;
  };

  /** Answers what is behind it. */
  const readNumber = (): number => {
    const whole = json.charCodeAt(at) === minus ? at + 1 : at;
    let end = afterDigits(json, whole);
    // A zero stands alone.
    if (end === malformed || (json.charCodeAt(whole) === zero && end > whole + 1)) return malformed;
    if (json.charCodeAt(end) === point) end = afterDigits(json, end + 1);
    if (end === malformed) return malformed;
    const letter = json.charCodeAt(end);
    const hasExponent = letter === letterE || letter === capitalE;
    if (hasExponent) {
      const sign = json.charCodeAt(end + 1);
      end = afterDigits(json, sign === plus || sign === minus ? end + 2 : end + 1);
    }
    if (hasExponent || end - at >= fewestDigits) scan.mayHoldInexactNumber = true;
    return end;
  };

  while (true) {
    at = afterSpace(json, at);
    const code = json.charCodeAt(at);
    if (code === openBracket || code === openBrace) {
      isObject.push(code === openBrace);
      if (isObject.length > mostLevels) return undefined;
      scan.levels = Math.max(scan.levels, isObject.length);
      at = afterSpace(json, at + 1);
      if (json.charCodeAt(at) !== closeOf(code)) {
        if (code === openBrace && !readKey()) return undefined;
        continue;
      }
      at += 1;
      isObject.pop();
    } else if (code === quote) at = afterText(json, at);
    else if (code === minus || isDigit(code)) at = readNumber();
    else at = afterWord(json, at);
    if (at === malformed) return undefined;

    // Behind a value: what it ends, and what comes next.
    for (let isNext = false; !isNext; at += 1) {
      at = afterSpace(json, at);
      const isWithinObject = isObject.at(-1);
      if (isWithinObject === undefined) return at === json.length ? scan : undefined;
      const mark = json.charCodeAt(at);
      if (mark !== comma && mark !== closeOf(isWithinObject ? openBrace : openBracket)) return undefined;
      if (isWithinObject && isObject.length === 1) scan.members.push({ ...member, end: at });
      if (mark === comma) isNext = true;
      else isObject.pop();
    }
    if (isObject.at(-1) && !readKey()) return undefined;
  }
}

const malformed = -1;
const mostLevels = 128;

function afterSpace(json: string, start: number): number {
  let at = start;
  for (let code = json.charCodeAt(at); isSpace(code); code = json.charCodeAt(at)) at += 1;
  return at;
}

/** Behind a string whose first quote is at `start`. */
function afterText(json: string, start: number): number {
  if (json.charCodeAt(start) !== quote) return malformed;
  let plainUntil = start + shortText;
  for (let at = start + 1; at < json.length; at += 1) {
    if (at >= plainUntil) {
      plain.lastIndex = at;
      plain.test(json);
      at = plain.lastIndex;
      plainUntil = at + shortText;
    }
    const code = json.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code < space) return malformed;
    if (code !== backslash) continue;
    at += 1;
    if (json.charCodeAt(at) === letterU) {
      if (!/^[\da-f]{4}$/i.test(json.slice(at + 1, at + 5))) return malformed;
      at += 4;
    } else if (!'"\\/bfnrt'.includes(json[at] ?? "none")) return malformed;
  }
  return malformed;
}

/** All but quotes, backslashes and control characters. It is faster than a loop only where it goes far. */
const plain = /[ !#-[\]-\uffff]*/y;
const shortText = 48;

/** A double holds fifteen of them, whichever they are. */
const fewestDigits = 16;

function afterDigits(json: string, start: number): number {
  let at = start;
  while (isDigit(json.charCodeAt(at))) at += 1;
  return at === start ? malformed : at;
}

function afterWord(json: string, start: number): number {
  const word = ["true", "false", "null"].find((one) => json.startsWith(one, start));
  return word === undefined ? malformed : start + word.length;
}

function isSpace(code: number): boolean {
  return code === space || code === 0x0a || code === 0x0d || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

function closeOf(open: number): number {
  return open === openBrace ? closeBrace : closeBracket;
}

const [space, quote, plus, comma, minus, point, zero, nine, colon] = [
  0x20, 0x22, 0x2b, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x3a,
];
const [capitalE, openBracket, backslash, closeBracket, letterE, letterU, openBrace, closeBrace] = [
  0x45, 0x5b, 0x5c, 0x5d, 0x65, 0x75, 0x7b, 0x7d,
];
