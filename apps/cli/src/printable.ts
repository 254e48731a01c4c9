/**
 * What a server or a block says, for a terminal: without what moves the cursor, changes the terminal's title or the order of
 * letters (Unicode's Bidi_Control). Lines after the first begin with `indent`, so that none of them passes for one of ours.
 */
export function printable(text: unknown, indent = ""): string {
  return String(text).replace(unprintable, "").replaceAll("\n", `\n${indent}`);
}

/** The same as one line. */
export function printableLine(text: unknown): string {
  return printable(text).replace(/[\n\t]+/g, " ");
}

/** The JSON of a value, which says the same, with escapes for what {@link printable} leaves out. */
export function printableJson(value: unknown, spaces?: number): string {
  const asEscape = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return (JSON.stringify(value, null, spaces) ?? "null").replace(unescapedByJson, asEscape);
}

const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are removed
  /\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu;
/** JSON has escapes for the other control characters. */
const unescapedByJson = /[\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu;
