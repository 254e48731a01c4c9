import { type JsonScan, scanJson } from "./scan-json.ts";

/**
 * JSON as a text if it is short, as well-formed UTF-8 if it is long: V8 would keep a text of many megabytes with two bytes a character
 * for the sake of one, and again each time that it is cut out or put together.
 */
export type Json = string | Buffer;

/** What is longer, in bytes, is not made a text. */
export const longJsonBytes = 64 * 1024;

/**
 * A value that is kept as its JSON: what nobody here looks into is handed on without being parsed and written again, which for
 * large values is most of the work.
 */
export class JsonText {
  /** Without space before it. */
  readonly json: Json;

  constructor(json: Json) {
    this.json = json;
  }

  get isObject(): boolean {
    return (typeof this.json === "string" ? this.json.charCodeAt(0) : this.json[0]) === openBrace;
  }

  /** The value itself. */
  toJSON(): unknown {
    return JSON.parse(this.json.toString());
  }
}

const openBrace = 0x7b;

/** As `JSON.stringify` writes an object; members of it that are {@link JsonText} stand there as they are. */
export function writeJson(object: object): Json {
  const parts = jsonParts(object);
  if (parts.some((part) => typeof part !== "string"))
    return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  let written = "";
  // Joined by the operator, which copies nothing.
  for (const part of parts) written += part;
  return written;
}

/** The same in parts, so that a {@link JsonText} can be sent without being copied. */
export function jsonParts(object: object): Json[] {
  const members = Object.entries(object);
  if (!members.some(([, value]) => value instanceof JsonText)) return [JSON.stringify(object)];
  const parts: Json[] = [];
  for (const [key, value] of members) {
    const json = value instanceof JsonText ? value.json : JSON.stringify(value);
    if (json !== undefined) parts.push(`${parts.length === 0 ? "{" : ","}${JSON.stringify(key)}:`, json);
  }
  return [...(parts.length === 0 ? ["{"] : parts), "}"];
}

/**
 * Parses the JSON of an object; those of the named members that are long stay JSON. Throws if it is no JSON. `scan` is what
 * {@link scanLong} says of it.
 */
export function parseMembers(json: Json, kept: ReadonlySet<string>, scan = scanLong(json)): unknown {
  if (typeof json === "string") return JSON.parse(json);
  if (scan === undefined) throw new SyntaxError("It is no JSON.");
  const long = scan.members.filter(({ key, start, end }) => kept.has(key) && end - start > longJsonBytes);
  let others = "";
  let at = 0;
  for (const { start, end } of long) {
    others += `${json.toString("utf8", at, start)}null`;
    at = end;
  }
  const value: unknown = JSON.parse(others + json.toString("utf8", at));
  for (const { key, start, end } of long)
    Object.assign(value as object, { [key]: new JsonText(onOneLine(json.subarray(start, end))) });
  return value;
}

/** Events are sent line by line. Within a text of JSON there is no line break, so that each is a space between values. */
function onOneLine(json: Buffer): Buffer {
  if (!json.includes(lineFeed) && !json.includes(carriageReturn)) return json;
  const line = Buffer.from(json);
  for (let at = 0; at < line.length; at += 1)
    if (line[at] === lineFeed || line[at] === carriageReturn) line[at] = space;
  return line;
}

const [lineFeed, carriageReturn, space] = [0x0a, 0x0d, 0x20];

/** What is in JSON that is long; nothing if it is short, or no JSON that can be scanned. */
export function scanLong(json: Json): JsonScan | undefined {
  return typeof json === "string" ? undefined : scanJson(json);
}

/** Changes what is ASCII: `change` gets a character for each byte of what is long, and keeps those that are not ASCII. */
export function changeAscii(json: Json, change: (text: string) => string): Json {
  if (typeof json === "string") return change(json);
  const text = json.toString("latin1");
  const changed = change(text);
  return changed === text ? json : Buffer.from(changed, "latin1");
}
