import { InvalidInputError } from "../errors/index.ts";

/**
 * A path of the API, below the base URL. Each value becomes one segment, a list as many as it has items: no value
 * can lead anywhere else.
 *
 * @example
 * path`/v1/tasks/${taskId}/files/${["audio", "a b.wav"]}`; // "/v1/tasks/17/files/audio/a%20b.wav"
 * @throws `InvalidInputError` for a value that is no text, is empty, `.` or `..`, or has half of a surrogate pair.
 */
export function path(texts: TemplateStringsArray, ...values: (string | readonly string[])[]): string {
  return String.raw({ raw: texts }, ...values.map(encode));
}

function encode(value: string | readonly string[]): string {
  return typeof value === "object" && value !== null
    ? value.map((segment) => encodeSegment("path", segment)).join("/")
    : encodeSegment("taskId", value);
}

function encodeSegment(name: string, segment: unknown): string {
  // Every reader of an address removes `.` and `..`, however they are written (WHATWG URL, 4.4).
  if (typeof segment === "string" && !["", ".", ".."].includes(segment)) {
    try {
      return encodeURIComponent(segment);
    } catch {
      // Half of a surrogate pair has no UTF-8.
    }
  }
  throw new InvalidInputError(name, `expected a name, got ${JSON.stringify(segment) ?? segment}.`);
}
