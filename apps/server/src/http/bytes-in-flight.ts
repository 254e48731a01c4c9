import { Refusal } from "../refusal.ts";

/** What all requests, or all answers, that are under way may hold in memory together. */
export class BytesInFlight {
  readonly #what: string;
  readonly #limitBytes: number;
  readonly #waiting = new Set<Waiting>();
  #heldBytes = 0;

  constructor(what: "requests" | "answers", limitBytes: number) {
    this.#what = what;
    this.#limitBytes = limitBytes;
  }

  /** For one of them, until it is disposed of. */
  open(): HeldBytes {
    let heldBytes = 0;
    return {
      add: (sizeBytes) => {
        if (!this.#hasRoom(sizeBytes, heldBytes)) throw busy(this.#what);
        heldBytes += sizeBytes;
        this.#heldBytes += sizeBytes;
      },
      [Symbol.dispose]: () => {
        this.#heldBytes -= heldBytes;
        heldBytes = 0;
        this.#serve();
      },
    };
  }

  /** Holds so many as soon as they have room, those first that have waited longest; none once `signal` is aborted. */
  wait(sizeBytes: number, signal: AbortSignal): Promise<HeldBytes> {
    return new Promise((resolve) => {
      const held = this.open();
      const take = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener("abort", take);
        if (!signal.aborted) held.add(sizeBytes);
        resolve(held);
      };
      const waiting = { sizeBytes, take };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", take);
      if (signal.aborted || sizeBytes <= smallBytes) take();
      else this.#serve();
    });
  }

  #hasRoom(sizeBytes: number, heldBytes = 0): boolean {
    // A small one is taken however many hold large ones.
    return heldBytes + sizeBytes <= smallBytes || this.#heldBytes + sizeBytes <= this.#limitBytes;
  }

  #serve(): void {
    for (const { sizeBytes, take } of this.#waiting) {
      if (!this.#hasRoom(sizeBytes)) return;
      take();
    }
  }
}

export interface HeldBytes extends Disposable {
  /** Holds so many more; throws a {@link Refusal} if they have no room. */
  add(sizeBytes: number): void;
}

interface Waiting {
  sizeBytes: number;
  take(): void;
}

const smallBytes = 64 * 1024;

const busy = (what: string) =>
  new Refusal(503, `The server holds as many bytes of ${what} as it can at once: try again in a moment.`, {
    retryAfterSeconds: 2,
  });
