import { releaseMemory } from "../release-memory.ts";
import { decodeUtf8 } from "../utf8.ts";

/** A text as it is read from the store: at hand if it is small. */
export type StoredText = string | LargeText;

/** A text whose parts are got one after the other, as fast as they are asked for. */
export interface TextInParts {
  parts(): AsyncGenerator<TextPart, void>;
}

/** One that stays in the database: it is read each time that somebody needs it, and rejects if it is removed meanwhile. */
export interface LargeText extends TextInParts {
  /** In characters, or in bytes of UTF-8, which are more. */
  readonly length: number;
}

/** One on its way into the database, from where only one part of it is at a time. It can be read once. */
export class ComingText implements TextInParts {
  readonly #parts: AsyncGenerator<TextPart, void>;
  #isRead = false;

  constructor(parts: AsyncGenerator<TextPart, void>) {
    this.#parts = parts;
  }

  parts(): AsyncGenerator<TextPart, void> {
    if (this.#isRead) throw new Error("The text has been read already.");
    this.#isRead = true;
    return this.#parts;
  }
}

/** Bytes are UTF-8 of whole characters, and whoever gets them owns them. */
export type TextPart = string | Uint8Array;

/** All of it at once. */
export async function wholeText(text: string | TextInParts): Promise<string> {
  if (typeof text === "string") return text;
  const bytes = await wholeBytes(text);
  const whole = decodeUtf8(bytes);
  releaseMemory(bytes);
  return whole;
}

/** The same as UTF-8. */
export async function wholeBytes(text: TextInParts): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const part of text.parts()) chunks.push(typeof part === "string" ? Buffer.from(part) : part);
  const bytes = Buffer.concat(chunks);
  // Otherwise they would be kept beside the whole until garbage is collected.
  chunks.forEach(releaseMemory);
  return bytes;
}
