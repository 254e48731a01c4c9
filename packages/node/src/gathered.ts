import { leastLentBytes, Memory, pieceBytes } from "./memory.ts";

/** A source of chunks of any size. */
export interface Chunks {
  /** The next chunk; nothing at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Ends the source, even while it is silent. */
  cancel(): Promise<void>;
  /** Whether a chunk stays as it is when the next one is asked for, as those of streams do; others are copied. */
  givesAway: boolean;
}

const memory = new Memory(pieceBytes);
/** A source that gives less than a piece in this time is slow, and the piece goes out as it is. */
const patienceMs = 2;

/**
 * The bytes of a source in pieces that suit the reader, however small its chunks are: what comes within two milliseconds, or
 * while one piece is sent, is gathered into the next. A byte is copied once at most. Reading begins with the reader.
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
  /** Runs while the piece may grow; afterwards it goes out as it is. */
  #patience: ReturnType<typeof setTimeout> | undefined;
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
        if (!chunk || this.#end) return this.#finish({});
        if (chunk.byteLength === 0) continue;
        // Not worth copying.
        if (this.#source.givesAway && chunk.byteLength >= leastLentBytes) this.#after = chunk;
        else this.#append(chunk);
        if (!this.#mayGrow()) this.#wakeReader?.();
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
    this.#losePatience();
    this.#wakeReader?.();
    this.#wakePump?.();
  }

  /** Whether it is better to wait for more than to take what is there. */
  #mayGrow(): boolean {
    return this.#patience !== undefined && this.#filledBytes < memory.pieceBytes && !this.#after;
  }

  #append(chunk: Uint8Array): void {
    if (!this.#piece) {
      this.#piece = memory.take();
      this.#patience = setTimeout(() => {
        this.#losePatience();
        this.#wakeReader?.();
      }, patienceMs);
    }
    const fittingBytes = Math.min(chunk.byteLength, memory.pieceBytes - this.#filledBytes);
    this.#piece.set(chunk.subarray(0, fittingBytes), this.#filledBytes);
    this.#filledBytes += fittingBytes;
    this.#after = fittingBytes < chunk.byteLength ? chunk.subarray(fittingBytes) : undefined;
  }

  #losePatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #taken(): Uint8Array | undefined {
    const [piece, after, filledBytes] = [this.#piece, this.#after, this.#filledBytes];
    if ((!piece && !after) || this.#mayGrow()) return undefined;
    this.#losePatience();
    this.#piece = undefined;
    this.#after = undefined;
    this.#filledBytes = 0;
    if (!piece) {
      this.#wakePump?.();
      return after;
    }
    // The rest of a chunk; a large one keeps its place behind the piece.
    if (after && (!this.#source.givesAway || after.byteLength < leastLentBytes)) this.#append(after);
    else this.#after = after;
    this.#wakePump?.();
    return memory.lend(piece, filledBytes);
  }
}
