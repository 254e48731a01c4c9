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
  return excessOf(json, { levels }) === "levels";
}

/** What a JSON text has too much of; `values` counts lists, objects and what is in them. Scans the text once. */
export function excessOf(
  json: string,
  { levels, values = Number.POSITIVE_INFINITY }: { levels: number; values?: number },
): "levels" | "values" | undefined {
  let depth = 0;
  let count = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === quote) at = endOfString(json, at + 1);
    else if (character === openBracket || character === openBrace) {
      depth += 1;
      count += 1;
      if (depth > levels) return "levels";
      if (count > values) return "values";
    } else if (character === closeBracket || character === closeBrace) depth -= 1;
    else if (character === comma) {
      count += 1;
      if (count > values) return "values";
    }
  }
  return undefined;
}

/** Where the quote is that ends a string whose text begins at `start`, or the end of the JSON. */
export function endOfString(json: string, start: number): number {
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

const [quote, comma, backslash, openBracket, closeBracket, openBrace, closeBrace] = [
  0x22, 0x2c, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];
