import { SchemaError } from "./json-schema.ts";

/**
 * Throws for a regular expression that not every validator understands alike: the server's takes time in proportion to the text
 * and therefore cannot look ahead or behind, nor refer back.
 */
export function checkPattern(pattern: string): void {
  const shown = JSON.stringify(pattern.slice(0, 60));
  try {
    new RegExp(pattern, "u");
  } catch (cause) {
    throw new SchemaError(`the pattern ${shown} cannot be read`, { cause });
  }
  const plain = pattern.replaceAll(/\\[^k1-9]|\[(?:\\.|[^\]\\])*\]/gu, "");
  if (/\(\?<?[=!]|\\[k1-9]/u.test(plain)) {
    throw new SchemaError(`the pattern ${shown} looks ahead or behind, or refers back`);
  }
  const counts = [...plain.matchAll(/\{(\d+)(?:,(\d*))?\}/gu)].flatMap(([, from, to]) => [from, to]);
  if (counts.some((count) => Number(count ?? 0) > mostRepetitions)) {
    throw new SchemaError(`the pattern ${shown} counts further than ${mostRepetitions}`);
  }
}

const mostRepetitions = 1_000;
