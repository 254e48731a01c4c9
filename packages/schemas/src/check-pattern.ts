import { SchemaError } from "./json-schema.ts";
import { patternExtent } from "./pattern-extent.ts";
import { patternParts } from "./pattern-parts.ts";

/**
 * Throws for a regular expression that not every validator understands alike: the server's takes time in proportion to the text
 * and therefore cannot look ahead or behind, nor refer back. It can do whatever passes.
 */
export function checkPattern(pattern: string): void {
  const shown = `the pattern ${JSON.stringify(pattern.slice(0, 60))}`;
  if (pattern.length > mostSize) throw new SchemaError(`${shown} is larger than a person writes`);
  try {
    new RegExp(pattern, "u");
  } catch (cause) {
    throw new SchemaError(`${shown} cannot be read`, { cause });
  }
  const parts = patternParts(pattern);
  const plain = parts.filter(({ isInClass }) => !isInClass).map(({ text }) => text);
  if (plain.some((text) => /^(?:\(\?<?[=!]|\\[k1-9])/u.test(text))) {
    throw new SchemaError(`${shown} looks ahead or behind, or refers back`);
  }
  if (plain.some((text) => /^\(\?[a-z-]+:/iu.test(text))) {
    throw new SchemaError(`${shown} changes its flags`);
  }
  const names = plain.filter((text) => text.startsWith("(?<"));
  if (new Set(names).size < names.length) throw new SchemaError(`${shown} gives two groups one name`);
  const { size, count, depth } = patternExtent(parts);
  if (count > mostRepetitions) throw new SchemaError(`${shown} counts further than ${mostRepetitions}`);
  if (size > mostSize || depth > deepest) throw new SchemaError(`${shown} is larger than a person writes`);
}

const mostRepetitions = 1_000;
const mostSize = 10_000;
const deepest = 100;
