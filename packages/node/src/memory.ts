import { getDefaultHighWaterMark } from "node:stream";

/** Gives back the memory of a chunk. */
type TakeBack = (chunk: Uint8Array) => void;

const lent = new WeakMap<Uint8Array, TakeBack>();

/** The least that may be lent: more than a socket queues silently. */
export const leastLentBytes = 2 ** 18;

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
  if (lent.delete(chunk) && getDefaultHighWaterMark(false) < leastLentBytes) takeBack?.(chunk);
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

  /** {@link lend}s a whole piece. */
  lend(piece: Buffer): Buffer {
    return lend(piece, (returned) => this.keep(returned));
  }

  /** Takes a piece back. */
  keep(piece: Buffer): void {
    if (this.#spares.length < mostSpares) this.#spares.push(piece);
  }
}
