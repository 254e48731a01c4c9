import type { Http } from "../http/http.ts";
import { mostSpoiled } from "../http/ways-to-wait.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { SharedEvents } from "./shared-events.ts";

type Headers = Readonly<Record<string, string>> | undefined;

/** So many tasks have streams of their own before others share one, which takes a request more. */
const mostOwn = 3;
/** The same where connections are few, and other tabs may need them. */
const mostOwnOfFew = 1;

/** How long sharing is avoided after it did not get through. */
const avoidedMs = 300_000;

/** The streams of one client: how many tasks have one of their own, and the one that the others share. */
export class ClientStreams {
  readonly #http: Http;
  readonly #options: ResolvedClientOptions;
  #own = 0;
  #shared: SharedEvents | undefined;
  /** In a row. */
  #spoiled = 0;
  #avoidedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(http: Http, options: ResolvedClientOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** The stream for one more task to share; nothing if it is to have its own, which counts from now on until {@link holdOwn} settles it. */
  async choose(headers: Headers): Promise<SharedEvents | undefined> {
    if (!this.#mayShare(headers)) {
      this.#own += 1;
      return undefined;
    }
    const { SharedEvents } = await import("./shared-events.ts");
    if (this.#shared) return this.#shared;
    const shared = new SharedEvents(this.#http, this.#options.clock, {
      onOpen: () => (this.#spoiled = 0),
      onClosed: () => {
        if (this.#shared === shared) this.#shared = undefined;
      },
    });
    this.#shared = shared;
    return shared;
  }

  /** A connection for a stream of its own, after {@link choose} has counted it; what it gives frees the connection. */
  async holdOwn(): Promise<(() => void) | undefined> {
    const release = await this.#http.hold("events");
    if (!release) {
      this.#own -= 1;
      return undefined;
    }
    let held = 1;
    return () => {
      this.#own -= held;
      held = 0;
      release();
    };
  }

  /** For a task that does not go on where it shared a stream. */
  countOwn(): void {
    this.#own += 1;
  }

  /** The shared stream did not get through, although one of a task's own did. */
  spoilShared(): void {
    this.#spoiled += 1;
    if (this.#spoiled < mostSpoiled) return;
    this.#spoiled = 0;
    this.#avoidedUntilMs = this.#options.clock.now() + avoidedMs;
  }

  #mayShare(headers: Headers): boolean {
    const { clock, transport } = this.#options;
    // By headers of its own it may be another caller's.
    if (headers || !this.#http.extensions.has("shared-events")) return false;
    if (clock.now() < this.#avoidedUntilMs) return false;
    const hasFew = transport.heldRequestLimit !== undefined || transport.shareHeld !== undefined;
    const most = hasFew ? mostOwnOfFew : mostOwn;
    return this.#shared !== undefined || this.#own >= most;
  }
}

const streams = new WeakMap<Http, ClientStreams>();

/** Those of the client that sends by `http`. */
export function streamsOf(http: Http, options: ResolvedClientOptions): ClientStreams {
  const known = streams.get(http) ?? new ClientStreams(http, options);
  streams.set(http, known);
  return known;
}
