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
  const members = Object.entries(object);
  if (!members.some(([, value]) => value instanceof JsonText)) return JSON.stringify(object);
  let written = "";
  for (const [key, value] of members) {
    const json = value instanceof JsonText ? value.text : JSON.stringify(value);
    // Joined by the operator, which copies nothing.
    if (json !== undefined) written += `${written === "" ? "{" : ","}${JSON.stringify(key)}:${json}`;
  }
  return `${written}}`;
}
