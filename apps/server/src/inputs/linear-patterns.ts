import { type PatternPart, patternParts } from "@oomol/connect-schemas";
import type { CodeOptions } from "ajv";
import { RE2JS } from "re2js";

/**
 * Regular expressions of schemas that take time in proportion to what they look at, whatever they are: one that tries again from
 * each place would hold the server for as long as a package's author likes. Throws for what no such engine can do.
 */
export const linearPatterns: NonNullable<CodeOptions["regExp"]> = Object.assign(
  (pattern: string) => {
    const compiled = compile(pattern);
    // Ajv tells patterns apart by their text.
    return { test: (text: string) => compiled.test(text), toString: () => `/${pattern}/u` };
  },
  { code: "linearPatterns" },
);

function compile(pattern: string): RE2JS {
  try {
    const parts = patternParts(pattern).map(inWordsOfEngine);
    return RE2JS.compile(RE2JS.translateRegExp(parts.join("")));
  } catch (cause) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern.slice(0, 60))} cannot be read, or needs what this server does without (looking ahead or behind, back references)`,
      { cause },
    );
  }
}

/** What means something else to the engine than to JavaScript, or nothing, in words that mean the same. */
function inWordsOfEngine({ text, isInClass }: PatternPart): string {
  const within = (characters: string) => (isInClass ? characters : `[${characters}]`);
  if (/^\\[sSpP]/.test(text)) return within(charactersOf(text));
  // Two halves of one character.
  if (/^\\u.*\\u/i.test(text)) return hex(JSON.parse(`"${text}"`).codePointAt(0));
  if (isInClass) return { "[": "\\[", "\\b": "\\x08" }[text] ?? text;
  if (text === ".") return `[^${lineEnds}]`;
  return text.replace(/^\(\?<[^=!].*/, "(?:");
}

const lineEnds = String.raw`\n\r\x{2028}\x{2029}`;

const known = new Map<string, string>();

/** All characters of a class such as `\s` or `\p{Script=Greek}`, as ranges. */
function charactersOf(set: string): string {
  const ranges = known.get(set) ?? rangesOf(new RegExp(set, "u"));
  known.set(set, ranges);
  return ranges;
}

function rangesOf(characters: RegExp): string {
  const ranges: string[] = [];
  let first: number | undefined;
  for (let code = 0; code <= highest + 1; code += 1) {
    const fits = code <= highest && characters.test(String.fromCodePoint(code));
    if (fits) first ??= code;
    if (fits || first === undefined) continue;
    ranges.push(`${hex(first)}-${hex(code - 1)}`);
    first = undefined;
  }
  return ranges.join("");
}

const highest = 0x10ffff;

function hex(code: number): string {
  return `\\x{${code.toString(16)}}`;
}
