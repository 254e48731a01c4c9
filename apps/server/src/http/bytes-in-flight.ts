import { Refusal } from "../refusal.ts";

/** What the bodies of all requests that are being answered may hold in memory together. */
export class BytesInFlight {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** For one request, until it is disposed of. */
  open(): RequestBytes {
    let heldBytes = 0;
    return {
      add: (sizeBytes) => {
        // A small body is answered however many hold large ones.
        const isSmall = heldBytes + sizeBytes <= smallBytes;
        if (!isSmall && this.#heldBytes + sizeBytes > this.#limitBytes) throw busy();
        heldBytes += sizeBytes;
        this.#heldBytes += sizeBytes;
      },
      [Symbol.dispose]: () => {
        this.#heldBytes -= heldBytes;
        heldBytes = 0;
      },
    };
  }
}

export interface RequestBytes extends Disposable {
  /** So many more have come; throws a {@link Refusal} if they have no room. */
  add(sizeBytes: number): void;
}

const smallBytes = 64 * 1024;

const busy = () =>
  new Refusal(503, "The server holds as many bytes of requests as it can at once: try again in a moment.", {
    retryAfterSeconds: 2,
  });
