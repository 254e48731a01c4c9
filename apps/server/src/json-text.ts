import { type JsonScan, scanJson } from "./scan-json.ts";

/**
 * A value that is kept as its JSON: what nobody here looks into is handed on without being parsed and written again, which for
 * large values is most of the work.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
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

/**
 * Parses the JSON of an object; those of the named members that are long stay text. Throws if it is no JSON. `scan` is what
 * {@link scanLong} says of it.
 */
export function parseMembers(json: string, kept: ReadonlySet<string>, scan = scanLong(json)): unknown {
  // What stands on several lines is written anew: events are sent line by line.
  if (scan === undefined || json.includes("\n") || json.includes("\r")) return JSON.parse(json);
  const long = scan.members.filter(({ key, start, end }) => kept.has(key) && end - start > longMember);
  let others = "";
  let at = 0;
  for (const { start, end } of long) {
    others += `${json.slice(at, start)}null`;
    at = end;
  }
  const value: unknown = JSON.parse(others + json.slice(at));
  for (const { key, start, end } of long)
    Object.assign(value as object, { [key]: new JsonText(json.slice(start, end)) });
  return value;
}

/** What is in a JSON text that is long; nothing if it is short, or no JSON that can be scanned. */
export function scanLong(json: string): JsonScan | undefined {
  return json.length > longMember ? scanJson(json) : undefined;
}

const longMember = 64 * 1024;
