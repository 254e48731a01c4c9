import type { Writable } from "node:stream";
import { pieceCharacters, piecesOf } from "@oomol/connect-shared/text-pieces";
import type { Json } from "../json-text.ts";
import { copiesOfBytes } from "../utf8.ts";
import { writePiece } from "../write-piece.ts";

/** Writes to a process in order: what is short as it comes, what is long in pieces, as fast as the process takes them. Bytes are long. */
export interface LineWriter {
  /** Together with what else this turn of the event loop writes. */
  write(texts: Iterable<Json>): void;
  /** Together with what is written next. */
  writeAhead(texts: Iterable<Json>): void;
  /** Hangs up when all is written. */
  end(): void;
}

export function createLineWriter(stream: Writable): LineWriter {
  const waiting: Json[] = [];
  let isScheduled = false;
  let isSending = false;
  let isEnding = false;

  const flush = () => {
    isScheduled = false;
    if (isSending) return;
    const long = waiting.findIndex(isLong);
    const short = waiting.splice(0, long === -1 ? waiting.length : long).join("");
    if (short !== "" && stream.writable) stream.write(short);
    const next = waiting.shift();
    if (next !== undefined) void send(next);
    else if (isEnding) stream.end();
  };

  const send = async (text: Json) => {
    isSending = true;
    const pieces =
      typeof text === "string" ? piecesOf(text, pieceCharacters) : copiesOfBytes(text, pieceCharacters);
    for (const piece of pieces) await writePiece(stream, piece);
    isSending = false;
    flush();
  };

  return {
    write(texts) {
      waiting.push(...texts);
      if (isScheduled || isSending) return;
      isScheduled = true;
      queueMicrotask(flush);
    },
    writeAhead: (texts) => void waiting.push(...texts),
    end() {
      isEnding = true;
      flush();
    },
  };
}

const isLong = (text: Json) => typeof text !== "string" || text.length > pieceCharacters;
