/** A text as it is read from the store: at hand if it is small. */
export type StoredText = string | LargeText;

/** One that stays in the database: its parts are read one after the other, each time that somebody needs it. */
export interface LargeText {
  /** In characters, or in bytes of UTF-8, which are more. */
  readonly length: number;
  /** Rejects if the text is removed meanwhile. */
  parts(): AsyncGenerator<TextPart, void>;
}

/** Bytes are UTF-8 of whole characters, and whoever gets them owns them. */
export type TextPart = string | Uint8Array;

/** All of it at once. */
export async function wholeText(text: StoredText): Promise<string> {
  if (typeof text === "string") return text;
  let whole = "";
  for await (const part of text.parts()) whole += typeof part === "string" ? part : decoder.decode(part);
  return whole;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
