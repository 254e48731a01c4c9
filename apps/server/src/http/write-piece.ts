import type { ServerResponse } from "node:http";
import type { TextPart } from "../store/stored-text.ts";
import { releaseMemory } from "./release-memory.ts";

/** Resolves when the client has room for more, or is gone. Bytes are not kept for anybody else. */
export async function writePiece(outgoing: ServerResponse, piece: TextPart): Promise<void> {
  if (outgoing.destroyed || write(outgoing, piece)) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      outgoing.off("drain", settle).off("close", settle);
      resolve();
    };
    outgoing.once("drain", settle).once("close", settle);
  });
}

function write(outgoing: ServerResponse, piece: TextPart): boolean {
  if (piece.length <= shortPiece) return outgoing.write(piece);
  // For a text that waits to be sent Node takes three bytes a character.
  const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
  return outgoing.write(bytes, () => releaseMemory(bytes));
}

const shortPiece = 16 * 1024;
