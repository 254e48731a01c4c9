/** A part of a regular expression in the syntax of the flag `u`. */
export interface PatternPart {
  text: string;
  /** Between square brackets; the brackets themselves are not. */
  isInClass: boolean;
}

/** What a valid regular expression is made of: its parts in their order, which are the whole of it. */
export function patternParts(pattern: string): PatternPart[] {
  let isInClass = false;
  return [...pattern.matchAll(part)].map(([text]) => {
    const isEdge = isInClass ? text === "]" : text.startsWith("[");
    if (isEdge) isInClass = !isInClass;
    return { text, isInClass: isInClass && !isEdge };
  });
}

/** In this order: escapes, the begin of a class, of a group, repetitions, one character. No part reaches over the end of a class. */
const part = new RegExp(
  [
    String.raw`\\(?:[pP]\{[^}]*\}|k<[^>]*>|ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|u\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|c[a-z]|[1-9]\d*|.)`,
    String.raw`\[\^?`,
    String.raw`\((?:\?(?:<[=!]|<[^>\]]*>|[=!:]|[a-z-]*:))?`,
    String.raw`(?:[*+?]|\{\d+(?:,\d*)?\})\??`,
    ".",
  ].join("|"),
  "gisu",
);
