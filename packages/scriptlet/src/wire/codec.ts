import { UnencodableValueError } from "../errors/unencodable-value-error.ts";
import { fitsInUtf8 } from "./fits-in-utf8.ts";
import { parseExactly } from "./parse-exactly.ts";
import { maxPayloadBytes, tooLargeFor } from "./payload-limit.ts";
import { maxDepth, toPlainJson } from "./plain-json.ts";

/**
 * A message as JSON text that the engine's parser accepts: lone surrogates become U+FFFD, numbers that JSON lacks null.
 * `maxBytes` limits its length in UTF-8; the default is the engine's 256 MiB less the room for a topic.
 *
 * @throws `UnencodableValueError` if the value would be lost or changed on the way.
 */
export function encodeMessage(message: object, maxBytes = maxPayloadBytes): string {
  const text = stringify(message);
  if (!fitsInUtf8(text, maxBytes)) throw new UnencodableValueError("", tooLargeFor(maxBytes));
  return text;
}

/** The same for texts that only people read (logs, messages): never throws, writes a note for a value that cannot be sent. */
export function encodeLeniently(message: object, maxBytes = maxPayloadBytes): string {
  try {
    return encodeMessage(message, maxBytes);
  } catch (error) {
    const isTooLarge = error instanceof UnencodableValueError && error.path === "";
    return JSON.stringify(
      toPlainJson(isTooLarge ? withoutContent(message) : message, { strict: false }) ?? null,
    );
  }
}

/** The message on a topic; undefined if it is not a JSON object: a stranger's bytes must not end the process. */
export function decodeMessage(payload: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseExactly(payload);
    // A JSON object has string keys and unknown values.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function stringify(message: object): string {
  try {
    const text = JSON.stringify(message);
    if (isSafeText(text)) return text;
  } catch {
    // The slow path below names the place.
  }
  const plain = toPlainJson(message, { strict: true });
  try {
    return JSON.stringify(plain);
  } catch (error) {
    // V8 has no longer string.
    throw new UnencodableValueError("", tooLargeFor(maxPayloadBytes), { cause: error });
  }
}

function isSafeText(text: string): boolean {
  // JSON.stringify leaves only lone surrogates as escapes.
  return !/\\ud[89a-f]/.test(text) && depthWithin(text, maxDepth);
}

/** Whether no value of a JSON text is nested deeper than `limit` levels; checked before parsing, in one pass. */
export function depthWithin(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 92) index += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > limit) return false;
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return true;
}

function withoutContent(message: object): object {
  const content = ["log", "json", "payload", "warning", "error"].filter((key) => Object.hasOwn(message, key));
  return { ...message, ...Object.fromEntries(content.map((key) => [key, "[too large to send]"])) };
}
