import { notNegative, positive } from "./errors/checked-numbers.ts";
import { InvalidInputError } from "./errors/index.ts";
import type { ClientHooks } from "./hooks.ts";
import { createFetchTransport } from "./transport/fetch-transport.ts";
import type { KyLike } from "./transport/ky-fetch.ts";
import type { Transport } from "./transport/transport.ts";
import { type Clock, systemClock } from "./waiting/delay.ts";

/** The options of a client. All have defaults; outside a page requests need a `baseUrl`. */
export interface ClientOptions {
  /**
   * Origin plus `/api`, `http://localhost:3000/api` for instance. Default `/api`, relative to the page; without a
   * page a request fails, unless it is absolute.
   */
  baseUrl?: string;
  /**
   * Sent as `Authorization`, exactly as given. A function is called once per attempt and counts against `timeoutMs`; if it
   * throws, the attempt fails as not sent. An `Authorization` in `defaultHeaders` wins.
   */
  apiToken?: string | (() => string | undefined | Promise<string | undefined>);
  /** Sent with every request. */
  defaultHeaders?: Readonly<Record<string, string>>;
  /** The longest time without an answer and, for an upload, without a byte leaving. Default 30,000. */
  timeoutMs?: number;
  /** Used instead of the runtime's own `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Used instead of `fetch`. */
  transport?: Transport;
  /**
   * Your ky instance (ky 2), for every request but those with files: with its hooks, headers and `fetch`. Retries, timeouts and waits stay
   * those of this client.
   */
  ky?: KyLike;
  /** How single requests are retried; `false` for never. */
  retry?: RetryOptions | false;
  /**
   * Files that together have more bytes than this are sent so that they resume after a break, if the server can (`uploads`). Default
   * 32 MiB; `Infinity` for never.
   */
  resumableAboveBytes?: number;
  /** The address of the applet service. Default `https://chat-data.oomol.com`. */
  appletsUrl?: string;
  /** Called for each request, answer, retry and warning. */
  hooks?: ClientHooks;
  /** Time for waits and retries; tests and simulations pass their own. */
  clock?: Clock;
  /** 0…1, for jitter; tests and simulations pass their own. */
  random?: () => number;
}

/**
 * Reads are retried. Creating something is retried only if the server cannot have received it, or under an idempotency key
 * that the server supports. Pauses have full jitter; a `Retry-After` of the server replaces them.
 */
export interface RetryOptions {
  /** The highest number of retries of a request. Default 3. */
  limit?: number;
  /** Upper bound of the first pause; it doubles each time. Default 300. */
  baseMs?: number;
  /** Upper bound of any pause. Default 5,000. */
  maxMs?: number;
  /** A longer `Retry-After` is not waited for; the error reports it. Default 30,000. */
  maxRetryAfterMs?: number;
}

export interface ResolvedRetryOptions {
  limit: number;
  baseMs: number;
  maxMs: number;
  maxRetryAfterMs: number;
}

export interface ResolvedClientOptions {
  /** Without a slash at its end. Throws an {@link InvalidInputError} if it is relative and there is no page. */
  readonly baseUrl: string;
  readonly appletsUrl: string;
  apiToken: () => string | undefined | Promise<string | undefined>;
  defaultHeaders: Readonly<Record<string, string>>;
  timeoutMs: number;
  resumableAboveBytes: number;
  retry: ResolvedRetryOptions;
  transport: Transport;
  hooks: ClientHooks;
  clock: Clock;
  random: () => number;
}

/** @throws {@link InvalidInputError} if an option is invalid. */
export function resolveClientOptions(options: ClientOptions = {}): ResolvedClientOptions {
  const { apiToken, retry } = options;
  const baseUrl = addressOf("baseUrl", options.baseUrl ?? "/api");
  const appletsUrl = addressOf("appletsUrl", options.appletsUrl ?? "https://chat-data.oomol.com");
  return {
    get baseUrl() {
      return baseUrl();
    },
    get appletsUrl() {
      return appletsUrl();
    },
    apiToken: typeof apiToken === "function" ? apiToken : () => apiToken,
    defaultHeaders: { ...options.defaultHeaders },
    timeoutMs: positive("timeoutMs", options.timeoutMs ?? 30_000),
    resumableAboveBytes: notNegative("resumableAboveBytes", options.resumableAboveBytes ?? 2 ** 25),
    retry: resolveRetry(retry),
    transport: resolveTransport(options),
    hooks: options.hooks ?? {},
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function resolveTransport({ ky, transport, fetch }: ClientOptions): Transport {
  const own = transport ?? createFetchTransport(fetch);
  if (!ky) return own;
  const { send } = createFetchTransport(async (url, init = {}) => {
    const { fetchThroughKy } = await import("./transport/ky-fetch.ts");
    return fetchThroughKy(ky, String(url), init);
  });
  return {
    ...own,
    close: async () => own.close?.(),
    send: (request) => (typeof request.body === "object" ? own.send(request) : send(request)),
  };
}

function resolveRetry(retry: RetryOptions | false | undefined): ResolvedRetryOptions {
  const given = retry === false ? { limit: 0 } : (retry ?? {});
  return {
    limit: notNegative("retry.limit", given.limit ?? 3),
    baseMs: notNegative("retry.baseMs", given.baseMs ?? 300),
    maxMs: notNegative("retry.maxMs", given.maxMs ?? 5_000),
    maxRetryAfterMs: notNegative("retry.maxRetryAfterMs", given.maxRetryAfterMs ?? 30_000),
  };
}

/**
 * Checks an address at once, and resolves it when it is first used: a client may be made where there is no page yet, as in a build
 * that renders pages on a server.
 */
function addressOf(name: string, text: string): () => string {
  let resolved: string | undefined;
  checkUrl(name, text, pageAddress() ?? "http://page/");
  return () => {
    resolved ??= checkUrl(name, text, pageAddress());
    return resolved;
  };
}

function pageAddress(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href;
}

/** `page` completes a relative address. */
function checkUrl(name: string, text: string, page: string | undefined): string {
  if (!URL.canParse(text, page)) {
    const problem = page === undefined ? "is relative, and there is no page to resolve it" : "is no address";
    throw new InvalidInputError(
      name,
      `"${text}" ${problem}. Give the whole address, such as "http://localhost:3000/api".`,
    );
  }
  const url = new URL(text, page);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new InvalidInputError(name, `expected an address with http: or https:, got ${url.protocol}`);
  }
  if (url.username || url.password) {
    throw new InvalidInputError(name, "a user or password in an address ends up in logs; use `apiToken`.");
  }
  if (url.search || url.hash)
    throw new InvalidInputError(name, "must end with its path; it has a query or fragment.");
  return url.href.replace(/\/+$/, "");
}
