import { getDefaultHighWaterMark } from "node:stream";

/** Gives back the memory of a chunk. */
type TakeBack = (chunk: Uint8Array) => void;

const lent = new WeakMap<Uint8Array, TakeBack>();

/** As much as goes to a socket at once. */
export const pieceBytes = 2 ** 18;

/** As much as a socket queues silently. */
const mostQueuedBytes = 2 ** 16;

/** The least that may be lent: of more than a piece, each half is more than a socket queues. */
export const leastLentBytes = 2 ** 17;

/** Marks a chunk of at least {@link leastLentBytes}, whose memory its reader gives back by {@link recycle}. */
export function lend<Chunk extends Uint8Array>(chunk: Chunk, takeBack: (chunk: Chunk) => void): Chunk {
  // A chunk is taken back by whoever has lent it.
  lent.set(chunk, takeBack as TakeBack);
  return chunk;
}

/** Returns the memory of a chunk, if it was lent. Call it only if nobody reads the chunk any more. */
export function recycle(chunk: Uint8Array): void {
  const takeBack = lent.get(chunk);
  // A program may have had all sockets queue more.
  if (lent.delete(chunk) && getDefaultHighWaterMark(false) <= mostQueuedBytes) takeBack?.(chunk);
}

/** Frees the memory of a chunk at once; what is left to the garbage collector piles up until it runs. */
export function release({ buffer }: Uint8Array): void {
  // Missing in the types of ES2023.
  const transfer: unknown = Reflect.get(buffer, "transfer");
  if (typeof transfer === "function") Reflect.apply(transfer, buffer, [0]);
}

const mostSpares = 4;

/** Memory for pieces of one size, used again. */
export class Memory {
  readonly pieceBytes: number;
  readonly #spares: Buffer[] = [];

  constructor(pieceBytes: number) {
    this.pieceBytes = pieceBytes;
  }

  /** A piece, with whatever is in it. */
  take(): Buffer {
    return this.#spares.pop() ?? Buffer.allocUnsafeSlow(this.pieceBytes);
  }

  /** The first bytes of a piece, which are {@link lend}ed if they are enough. */
  lend(piece: Buffer, filledBytes = this.pieceBytes): Uint8Array {
    const filled = filledBytes === this.pieceBytes ? piece : piece.subarray(0, filledBytes);
    return filledBytes < leastLentBytes ? filled : lend(filled, () => this.keep(piece));
  }

  /** Takes a piece back. */
  keep(piece: Buffer): void {
    if (this.#spares.length < mostSpares) this.#spares.push(piece);
  }
}
