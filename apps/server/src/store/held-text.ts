import { pieceCharacters, piecesOf } from "@oomol/connect-shared/text-pieces";
import type { Json } from "../json-text.ts";
import { charactersIn, copiesOfBytes } from "../utf8.ts";
import type { LargeText, StoredText, TextPart } from "./stored-text.ts";

/** Writing a larger text at once would hold the process too long. */
export const mostAtOnce = 512 * 1024;

/** The text that its parts make; a large one of which some is bytes is not put together. */
export function holdText(parts: readonly Json[]): StoredText {
  const length = parts.reduce((sum, part) => sum + lengthOf(part), 0);
  const isHeld = length > mostAtOnce && parts.some((part) => typeof part !== "string");
  return isHeld ? new HeldText(parts, length) : parts.map(String).join("");
}

const lengthOf = (part: Json) => (typeof part === "string" ? part.length : charactersIn(part));

/** One in memory, on its way into the database. */
class HeldText implements LargeText {
  /** In characters. */
  readonly length: number;
  readonly #parts: readonly Json[];

  constructor(parts: readonly Json[], length: number) {
    this.#parts = parts;
    this.length = length;
  }

  async *parts(): AsyncGenerator<TextPart, void> {
    for (const part of this.#parts) {
      if (typeof part === "string") yield* piecesOf(part, pieceCharacters);
      else yield* copiesOfBytes(part, pieceCharacters);
    }
  }
}
