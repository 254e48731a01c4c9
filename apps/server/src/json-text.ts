import { endOfString } from "@oomol/connect-core/wire";
import { isRecord } from "./values.ts";

/**
 * A value that is kept as its JSON: what nobody here looks into is handed on without being parsed and written again, which for
 * large values is most of the work.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  static of(value: unknown): JsonText {
    return value instanceof JsonText ? value : new JsonText(JSON.stringify(value));
  }

  /** The value itself. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** As `JSON.stringify` writes an object; members of it that are {@link JsonText} stand there as they are. */
export function writeJson(object: object): string {
  let written = "";
  // Joined by the operator, which copies nothing.
  for (const part of jsonParts(object)) written += part;
  return written;
}

/** The same in parts, so that a {@link JsonText} can be sent without being copied. */
export function jsonParts(object: object): string[] {
  const members = Object.entries(object);
  if (!members.some(([, value]) => value instanceof JsonText)) return [JSON.stringify(object)];
  const parts: string[] = [];
  for (const [key, value] of members) {
    const json = value instanceof JsonText ? value.text : JSON.stringify(value);
    if (json !== undefined) parts.push(`${parts.length === 0 ? "{" : ","}${JSON.stringify(key)}:`, json);
  }
  return [...(parts.length === 0 ? ["{"] : parts), "}"];
}

const longMember = 64 * 1024;

/** Parses the JSON of an object; those of the named members that are long stay text. Throws if it is no JSON. */
export function parseMembers(json: string, kept: ReadonlySet<string>): unknown {
  const value: unknown = JSON.parse(json);
  if (json.length < longMember || !isRecord(value)) return value;
  for (const [key, text] of longMembersOf(json)) {
    // What stands on several lines is written anew: events are sent line by line.
    if (kept.has(key) && !/[\r\n]/.test(text)) value[key] = new JsonText(text);
  }
  return value;
}

/** Of JSON that was parsed, so that it is known to be an object. */
function* longMembersOf(json: string): Generator<[key: string, text: string], void> {
  let depth = 0;
  let key: string | undefined;
  let start = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      const end = endOfString(json, at + 1);
      if (depth === 1 && key === undefined) key = JSON.parse(json.slice(at, end + 1));
      at = end;
    } else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    else if (character === ":" && depth === 1) start = at + 1;
    const isOver = (character === "," && depth === 1) || (character === "}" && depth === 0);
    if (!isOver || key === undefined) continue;
    if (at - start > longMember) yield [key, json.slice(start, at)];
    key = undefined;
  }
}
