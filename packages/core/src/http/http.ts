import { failureChain } from "../errors/failure-chain.ts";
import {
  ApiError,
  ConnectionError,
  InvalidInputError,
  TimeoutError,
  UnexpectedResponseError,
} from "../errors/index.ts";
import { redact, redactFailure } from "../errors/redact.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { TransportResponse, Upload } from "../transport/transport.ts";
import { TransportError, toTransportError } from "../transport/transport-error.ts";
import { untilAborted } from "../waiting/delay.ts";
import { SilenceTimer } from "../waiting/silence-timer.ts";
import { type DataOf, type ExtensionName, extensionsHeader, type Schema } from "../wire/index.ts";
import { decodeAnswer, type HttpAnswer } from "./decode-answer.ts";
import type { HttpCall } from "./http-call.ts";
import { WaysToWait } from "./ways-to-wait.ts";
import { beforeRetry, withRetries } from "./with-retries.ts";

/**
 * Sends calls: base URL, authentication, timeout, decoding. Every failure leaves here as one of our errors, the
 * caller's own abort as the signal's reason.
 */
export class Http {
  readonly #options: ResolvedClientOptions;
  /** The extensions that the server at `baseUrl` has announced; empty before its first answer. */
  readonly extensions = new Set<ExtensionName>();
  /** The header that was read last. */
  #announced: string | undefined;
  /** Requests that nobody awaits, such as the stop after an abort. */
  readonly #background = new Set<Promise<void>>();
  /** What the gateways before the server let through. */
  readonly ways: WaysToWait;
  /** Answers that the server holds or streams; each occupies a connection. */
  #heldAnswers = 0;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    const { clock, hooks } = options;
    this.ways = new WaysToWait(
      () => clock.now(),
      (message) => hooks.onWarning?.(message),
    );
  }

  async call<Checked extends Schema>(call: HttpCall<Checked>): Promise<HttpAnswer<DataOf<Checked>>> {
    return this.#withRetries(call, (_head, answer) => answer());
  }

  /** Whether the server holds answers or streams events, and the transport has a connection to spare for that. */
  mayHold(way: "wait" | "events"): boolean {
    const limit = this.#options.transport.heldRequestLimit ?? Number.POSITIVE_INFINITY;
    return this.extensions.has(way) && this.ways.gets(way) && this.#heldAnswers < limit;
  }

  /** Takes a connection for an answer that stays open; what it gives frees the connection. Nothing if none can be spared. */
  async hold(way: "wait" | "events"): Promise<(() => void) | undefined> {
    if (!this.mayHold(way)) return undefined;
    const free = this.holdConnection();
    const share = this.#options.transport.shareHeld;
    if (!share) return free;
    const giveBack = await share(this.#options.baseUrl).catch(() => undefined);
    if (!giveBack) free();
    return (
      giveBack &&
      (() => {
        free();
        giveBack();
      })
    );
  }

  /** Counts a connection as busy until the returned function is called. */
  holdConnection(): () => void {
    let held = 1;
    this.#heldAnswers += held;
    return () => {
      this.#heldAnswers -= held;
      held = 0;
    };
  }

  /** Lets a request continue in the background; {@link settled} waits for it. */
  inBackground(request: Promise<void>): void {
    this.#background.add(request);
    void request.finally(() => this.#background.delete(request));
  }

  /** Resolves when nothing continues in the background. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#background);
  }

  /** The answer's body as it arrives; `timeoutMs` then limits only the wait for its head. */
  async open(call: HttpCall, accept: string): Promise<TransportResponse> {
    const headers = { ...call.headers, accept };
    return this.#withRetries({ ...call, headers }, async (response, answer) => {
      if (response.status < 200 || response.status > 299) await answer();
      return response;
    });
  }

  /** The body as it arrives if `isOpen` says so of a good answer's head, otherwise the answer. */
  async openOrCall<Checked extends Schema>(
    call: HttpCall<Checked>,
    isOpen: (head: TransportResponse) => boolean | undefined,
  ): Promise<{ body: TransportResponse } | { answer: HttpAnswer<DataOf<Checked>> }> {
    return this.#withRetries(call, async (response, answer) =>
      response.status === 200 && isOpen(response) ? { body: response } : { answer: await answer() },
    );
  }

  async #withRetries<Checked extends Schema, Result>(
    call: HttpCall<Checked>,
    take: Take<Checked, Result>,
  ): Promise<Result> {
    // Under one key, every attempt gives the same task.
    const isKeyed = !call.isIdempotent && !call.origin && this.extensions.has("idempotency");
    const idempotencyKey = isKeyed ? (call.idempotencyKey ?? crypto.randomUUID()) : undefined;
    return withRetries(this.#options, call, idempotencyKey !== undefined, (attempt) =>
      this.#attempt(call, attempt, idempotencyKey, take),
    );
  }

  /** Before a call is made in another way than the one that failed: heeds a server that asks for patience. */
  async beforeOtherWay(call: HttpCall, failure: unknown): Promise<void> {
    if (failure instanceof ApiError && failure.retryAfterMs !== undefined)
      await this.beforeRetry(call, 1, failure);
  }

  /** Pauses before another attempt; throws the failure if no attempt may follow. */
  beforeRetry(call: HttpCall, attempt: number, failure: unknown): Promise<void> {
    return beforeRetry(this.#options, call, attempt, failure);
  }

  /** The text of a body that broke off, for messages. */
  reasonOf(failure: unknown): string {
    return toTransportError(failure).message;
  }

  async #attempt<Checked extends Schema, Result>(
    call: HttpCall<Checked>,
    attempt: number,
    idempotencyKey: string | undefined,
    take: Take<Checked, Result>,
  ): Promise<Result> {
    call.signal?.throwIfAborted();
    const { hooks, clock } = this.#options;
    const { method, path, run } = call;
    const info = { method, path, attempt, run, extensions: this.extensions };
    const fromHook = hooks.onRequest?.(info);
    const startedMs = clock.now();
    let token: string | undefined;
    let isSent = false;
    let response: TransportResponse | undefined;
    const mayHaveHappened = () => isSent && !call.isIdempotent;
    try {
      return await this.#withinTime(call, mayHaveHappened, async (signal, alive) => {
        const headers = await this.#headers(call, idempotencyKey, fromHook);
        // Not yet sent, so an abort also ends a call that would outlive it.
        call.signal?.throwIfAborted();
        signal.throwIfAborted();
        token = headers.authorization;
        isSent = true;
        const head = await this.#options.transport.send({
          method,
          url: `${call.origin ?? this.#options.baseUrl}${path}${queryText(call.query)}`,
          headers,
          signal,
          ...requestBody(call),
          ...(call.onBytesSent ? { wantsProgress: true } : {}),
          onBytesSent: (sentBytes) => {
            alive();
            call.onBytesSent?.(sentBytes);
          },
        });
        response = head;
        if (!call.origin) this.#learnExtensions(head);
        return take(head, () => decodeAnswer(call, head, token, this.#options.baseUrl));
      });
    } catch (failure) {
      call.signal?.throwIfAborted();
      throw translate(failure, call, this.#options.baseUrl, token);
    } finally {
      hooks.onResponse?.(
        Object.assign(info, {
          status: response?.status,
          durationMs: clock.now() - startedMs,
          requestId: response?.header("x-request-id"),
        }),
      );
    }
  }

  async #headers(
    call: HttpCall,
    idempotencyKey: string | undefined,
    fromHook: Readonly<Record<string, string>> | undefined,
  ): Promise<Record<string, string>> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (call.json !== undefined) headers["content-type"] = "application/json";
    if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
    // Those of the call win.
    for (const source of [this.#options.defaultHeaders, fromHook, call.headers]) {
      for (const [name, value] of Object.entries<string | undefined>(source ?? {}))
        if (value !== undefined) headers[name.toLowerCase()] = value;
    }
    if (headers.authorization === undefined) {
      const token = await this.#token();
      if (token) headers.authorization = token;
    }
    for (const [name, value] of Object.entries(headers)) {
      // The runtime's own error would show the value.
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
        const source = name === "authorization" ? "apiToken" : `header "${name}"`;
        throw new InvalidInputError(
          source,
          "holds a character that no HTTP header can carry, a line break for instance.",
        );
      }
    }
    return headers;
  }

  /** A throwing `apiToken` counts as a network failure: it usually calls a server. */
  async #token(): Promise<string | undefined> {
    try {
      return await this.#options.apiToken();
    } catch (cause) {
      const reason = `\`apiToken\` failed: ${toTransportError(cause).message}`;
      throw new TransportError(reason, { isUnsent: true, cause });
    }
  }

  /** One timer per attempt, restarted by each sign of life. */
  async #withinTime<Result>(
    call: HttpCall,
    mayHaveHappened: () => boolean,
    work: (signal: AbortSignal, alive: () => void) => Promise<Result>,
  ): Promise<Result> {
    const allowedMs = (call.timeoutMs ?? this.#options.timeoutMs) + (call.holdMs ?? 0);
    const timeoutMs = Math.min(allowedMs, call.proofMs ?? allowedMs);
    const awaited = `an answer to ${call.method} ${call.path}`;
    const timer = new SilenceTimer(
      () => new TimeoutError({ awaited, timeoutMs, mayHaveHappened: mayHaveHappened() }),
    );
    const onAbort = () => timer.abort(call.signal?.reason);
    if (!call.outlivesAbort || call.upload) call.signal?.addEventListener("abort", onAbort, { once: true });
    timer.start(timeoutMs);
    try {
      // Bytes may leave after the answer, and wind up nothing: a server can refuse an upload before it has read it.
      return await untilAborted(
        work(timer.signal, () => timer.windUp()),
        timer.signal,
      );
    } finally {
      timer.stop();
      call.signal?.removeEventListener("abort", onAbort);
      // Nobody needs the bytes that have not left yet.
      if (call.upload) timer.abort();
    }
  }

  /** Whoever has another token since may use more. */
  #learnExtensions(response: TransportResponse): void {
    const announced = response.header(extensionsHeader.toLowerCase());
    if (announced === undefined || announced === this.#announced) return;
    this.#announced = announced;
    // Nobody asks for those that this client does not know.
    for (const name of announced.split(/[\s,]+/)) this.extensions.add(name as ExtensionName);
  }
}

/** What becomes of an answer whose head is here; the function reads the rest of it. */
type Take<Checked extends Schema, Result> = (
  head: TransportResponse,
  answer: () => Promise<HttpAnswer<DataOf<Checked>>>,
) => Promise<Result>;

function translate(failure: unknown, call: HttpCall, baseUrl: string, token: string | undefined): unknown {
  const own = findOwnFailure(failure);
  if (own) return own;
  const { message, isUnsent, cause } = toTransportError(failure);
  const mayHaveHappened = !call.isIdempotent && !isUnsent;
  return new ConnectionError({
    method: call.method,
    address: `${call.origin ?? baseUrl}${call.path}`,
    reason: redact(message, token),
    mayHaveHappened,
    isRetryable: !mayHaveHappened,
    cause: redactFailure(cause, token),
  });
}

/** One of our errors, even if the runtime has wrapped it: a file that shrank fails the whole request. */
function findOwnFailure(failure: unknown): Error | undefined {
  const own = [InvalidInputError, TimeoutError, ApiError, UnexpectedResponseError];
  return failureChain(failure).find((level) => own.some((kind) => level instanceof kind));
}

function requestBody({ json, upload }: HttpCall): { body?: string | Upload } {
  if (upload) return { body: upload };
  return json === undefined ? {} : { body: JSON.stringify(json) };
}

function queryText(query: HttpCall["query"]): string {
  if (!query || Object.keys(query).length === 0) return "";
  return `?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;
}
