/** What stays open until there is news: a held answer, a stream of events, and a creation that is answered by a stream. */
export type WayToWait = "wait" | "events" | "creation";

/** How long a way that did not get through is avoided. */
const avoidedMs = 300_000;

/** How often in a row a way may be spoiled before it is avoided. */
export const mostSpoiled = 2;

/**
 * What a client has learned about the gateways before its server: they may refuse, reset or hold back what stays open, while
 * plain requests pass. A way that was spoiled twice in a row is avoided for five minutes.
 */
export class WaysToWait {
  readonly #now: () => number;
  readonly #warn: (message: string) => void;
  readonly #spoiled = new Map<WayToWait, number>();
  readonly #avoidedUntilMs = new Map<WayToWait, number>();

  constructor(now: () => number, warn: (message: string) => void) {
    this.#now = now;
    this.#warn = warn;
  }

  gets(way: WayToWait): boolean {
    return this.#now() >= (this.#avoidedUntilMs.get(way) ?? Number.NEGATIVE_INFINITY);
  }

  /** It got through. */
  prove(way: WayToWait): void {
    this.#spoiled.delete(way);
  }

  /** It did not get through, although a plain request did. */
  spoil(way: WayToWait, reason: unknown): void {
    const times = (this.#spoiled.get(way) ?? 0) + 1;
    this.#spoiled.set(way, times);
    if (times >= mostSpoiled) this.avoid(way, reason);
  }

  /** The same, for good reasons of the caller's. Tells it once. */
  avoid(way: WayToWait, reason: unknown): void {
    const isNews = this.gets(way);
    this.#avoidedUntilMs.set(way, this.#now() + avoidedMs);
    this.#spoiled.delete(way);
    if (!isNews || way === "creation") return;
    const what = way === "wait" ? "Answers that the server holds" : "Streams of events";
    const why = reason instanceof Error ? reason.message : String(reason);
    this.#warn(`${what} do not come through, so this client polls: ${why}`);
  }
}
