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
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (cause) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern.slice(0, 60))} cannot be read, or needs what this server does without (looking ahead or behind, back references)`,
      { cause },
    );
  }
}
