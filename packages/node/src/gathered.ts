import { leastLentBytes, Memory } from "./memory.ts";

/** A source of chunks of any size. */
export interface Chunks {
  /** The next chunk; nothing at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Ends the source, even while it is silent. */
  cancel(): Promise<void>;
  /** Whether a chunk stays as it is when the next one is asked for, as those of streams do; others are copied. */
  givesAway: boolean;
}

/** As much as goes to a socket at once. */
const memory = new Memory(leastLentBytes);
/** A chunk that is not worth copying. */
const largeBytes = memory.pieceBytes / 2;

/**
 * The bytes of a source in pieces that suit the reader: what comes while one piece is sent is gathered into the next, and a
 * reader that waits gets each chunk as it comes. A byte is copied once at most. Reading begins with the reader.
 */
export function gathered(source: Chunks): ReadableStream<Uint8Array> {
  const gathering = new Gathering(source);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await gathering.take();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
      cancel: () => gathering.cancel(),
    },
    { highWaterMark: 0 },
  );
}

class Gathering {
  readonly #source: Chunks;
  #piece: Buffer | undefined;
  #filledBytes = 0;
  /** Comes after the piece: a large chunk, or what does not fit. */
  #after: Uint8Array | undefined;
  #end: { failure?: unknown } | undefined;
  #hasBegun = false;
  #wakeReader: (() => void) | undefined;
  #wakePump: (() => void) | undefined;

  constructor(source: Chunks) {
    this.#source = source;
  }

  /** What has been gathered, or the next chunk; nothing at the end. */
  async take(): Promise<Uint8Array | undefined> {
    if (!this.#hasBegun) void this.#pump();
    this.#hasBegun = true;
    for (;;) {
      const taken = this.#taken();
      if (taken) return taken;
      if (this.#end && "failure" in this.#end) throw this.#end.failure;
      if (this.#end) return undefined;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
      this.#wakeReader = undefined;
    }
  }

  async cancel(): Promise<void> {
    this.#finish({});
    await this.#source.cancel();
  }

  /** Reads the source, one piece ahead of the reader. */
  async #pump(): Promise<void> {
    try {
      for (;;) {
        const chunk = await this.#source.next();
        if (!chunk) return this.#finish({});
        if (chunk.byteLength === 0) continue;
        if (this.#source.givesAway && (this.#wakeReader || chunk.byteLength >= largeBytes))
          this.#after = chunk;
        else this.#append(chunk);
        this.#wakeReader?.();
        while (this.#after && !this.#end) {
          await new Promise<void>((resolve) => {
            this.#wakePump = resolve;
          });
        }
        if (this.#end) return;
      }
    } catch (failure) {
      this.#finish({ failure });
    }
  }

  #finish(end: { failure?: unknown }): void {
    this.#end ??= end;
    this.#wakeReader?.();
    this.#wakePump?.();
  }

  #append(chunk: Uint8Array): void {
    this.#piece ??= memory.take();
    const fittingBytes = Math.min(chunk.byteLength, memory.pieceBytes - this.#filledBytes);
    this.#piece.set(chunk.subarray(0, fittingBytes), this.#filledBytes);
    this.#filledBytes += fittingBytes;
    this.#after = fittingBytes < chunk.byteLength ? chunk.subarray(fittingBytes) : undefined;
  }

  #taken(): Uint8Array | undefined {
    const [piece, after, filledBytes] = [this.#piece, this.#after, this.#filledBytes];
    if (!piece && !after) return undefined;
    this.#piece = undefined;
    this.#after = undefined;
    this.#filledBytes = 0;
    if (!piece) {
      this.#wakePump?.();
      return after;
    }
    // The rest of a chunk; a large one keeps its place behind the piece.
    if (after && (!this.#source.givesAway || after.byteLength < largeBytes)) this.#append(after);
    else this.#after = after;
    this.#wakePump?.();
    if (filledBytes === memory.pieceBytes) return memory.lend(piece);
    // A short piece may wait in a socket's own queue, so its memory is not used again.
    return piece.subarray(0, filledBytes);
  }
}
