import { Refusal } from "../refusal.ts";

/** What all requests, or all answers, that are under way may hold in memory together, and those of one caller alone. */
export class BytesInFlight {
  readonly #what: string;
  readonly #limitBytes: number;
  readonly #callerBytes: number;
  readonly #waiting = new Set<Waiting>();
  readonly #heldByCaller = new Map<string, number>();
  #heldBytes = 0;

  /** Less for one caller than for all: who takes nothing of what he asked for must not keep others from theirs. */
  constructor(what: "requests" | "answers", limitBytes: number, callerBytes: number) {
    this.#what = what;
    this.#limitBytes = limitBytes;
    this.#callerBytes = callerBytes;
  }

  /** For one of a caller's, until it is disposed of. */
  open(caller: string): HeldBytes {
    let heldBytes = 0;
    return {
      add: (sizeBytes) => {
        if (!this.#hasRoom(caller, sizeBytes, heldBytes)) throw busy(this.#what);
        heldBytes += sizeBytes;
        this.#count(caller, sizeBytes);
      },
      [Symbol.dispose]: () => {
        this.#count(caller, -heldBytes);
        heldBytes = 0;
        this.#serve();
      },
    };
  }

  /** Holds so many as soon as they have room, those first that have waited longest; none once `signal` is aborted. */
  wait(caller: string, sizeBytes: number, signal: AbortSignal): Promise<HeldBytes> {
    return new Promise((resolve) => {
      const held = this.open(caller);
      const take = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener("abort", take);
        if (!signal.aborted) held.add(sizeBytes);
        resolve(held);
      };
      const waiting = { caller, sizeBytes, take };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", take);
      if (signal.aborted || sizeBytes <= smallBytes) take();
      else this.#serve();
    });
  }

  #count(caller: string, sizeBytes: number): void {
    this.#heldBytes += sizeBytes;
    const heldBytes = (this.#heldByCaller.get(caller) ?? 0) + sizeBytes;
    if (heldBytes === 0) this.#heldByCaller.delete(caller);
    else this.#heldByCaller.set(caller, heldBytes);
  }

  #hasRoom(caller: string, sizeBytes: number, heldBytes = 0): boolean {
    // A small one is taken however many hold large ones.
    if (heldBytes + sizeBytes <= smallBytes) return true;
    const ofCaller = this.#heldByCaller.get(caller) ?? 0;
    return this.#heldBytes + sizeBytes <= this.#limitBytes && ofCaller + sizeBytes <= this.#callerBytes;
  }

  #serve(): void {
    const full = new Set<string>();
    for (const { caller, sizeBytes, take } of this.#waiting) {
      if (this.#heldBytes + sizeBytes > this.#limitBytes) return;
      // Whoever has his share is passed over, all of his in their order.
      if (full.has(caller) || !this.#hasRoom(caller, sizeBytes)) full.add(caller);
      else take();
    }
  }
}

export interface HeldBytes extends Disposable {
  /** Holds so many more; throws a {@link Refusal} if they have no room. */
  add(sizeBytes: number): void;
}

interface Waiting {
  caller: string;
  sizeBytes: number;
  take(): void;
}

const smallBytes = 64 * 1024;

const busy = (what: string) =>
  new Refusal(503, `The server holds as many bytes of ${what} as it can at once: try again in a moment.`, {
    retryAfterSeconds: 2,
  });
