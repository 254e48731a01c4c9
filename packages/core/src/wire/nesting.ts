/** How deep a value may be nested: the engine drops messages with about 128 levels, and their envelope needs a few. */
export const deepestNesting = 100;

/** The levels around a value: the body, `inputValues`, a node, its `inputs`, an input. */
export const taskBodyNesting = 5;
/** The same in a form, whose field `inputValues` is the list itself. */
export const inputValuesNesting = 4;

/**
 * Whether a JSON text nests lists and objects more than `levels` deep. Scans the text once: parsing a text of brackets would
 * take seconds.
 */
export function isNestedDeeper(json: string, levels: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === quote) at = endOfString(json, at + 1);
    else if (character === openBracket || character === openBrace) {
      depth += 1;
      if (depth > levels) return true;
    } else if (character === closeBracket || character === closeBrace) depth -= 1;
  }
  return false;
}

/** Where the quote is that ends a string, or the end of the text. */
function endOfString(json: string, start: number): number {
  const end = json.indexOf('"', start);
  if (end === -1) return json.length;
  if (json.charCodeAt(end - 1) !== backslash) return end;
  // It may be escaped, as may each after it: looking for one at a time would take longer.
  for (let at = start; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === backslash) at += 1;
    else if (character === quote) return at;
  }
  return json.length;
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];
