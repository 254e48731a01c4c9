import type { Writable } from "node:stream";
import { releaseMemory } from "./release-memory.ts";

/** Resolves when whoever reads has room for more, or is gone. Bytes are not kept for anybody else. */
export async function writePiece(outgoing: Writable, piece: string | Uint8Array): Promise<void> {
  if (!outgoing.writable || write(outgoing, piece)) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      outgoing.off("drain", settle).off("close", settle);
      resolve();
    };
    outgoing.once("drain", settle).once("close", settle);
  });
}

function write(outgoing: Writable, piece: string | Uint8Array): boolean {
  if (piece.length <= shortPiece) return outgoing.write(piece);
  // For a text that waits to be sent Node takes three bytes a character.
  const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
  return outgoing.write(bytes, () => releaseMemory(bytes));
}

const shortPiece = 16 * 1024;
