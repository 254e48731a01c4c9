import { ConnectionError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { TransportResponse } from "../transport/transport.ts";
import { readBeforeSilence } from "../waiting/read-before-silence.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes that have been read. */
  loaded: number;
  /** Bytes of the file; `undefined` if the server does not tell. */
  total: number | undefined;
  /** `loaded` of `total`, 0 to 1. */
  fraction: number | undefined;
}

export interface DownloadPlan {
  http: Http;
  options: ResolvedClientOptions;
  /** Repeats the request, for the rest of the file. */
  call: HttpCall;
  /** The answer, whose body has not been read. */
  response: TransportResponse;
  sizeBytes: number | undefined;
  etag: string | undefined;
  onDownloadProgress: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * The file's bytes, each once and in order. If the connection breaks, the rest is requested with `Range`, on
 * condition that the file is still the same (RFC 9110, 13.1.5), as often in a row as the client's `retry` allows.
 */
export function downloadBody(plan: DownloadPlan): ReadableStream<Uint8Array> {
  // Nothing is read ahead: unread bytes stay on the server.
  return new ReadableStream(new ResumingSource(plan), { highWaterMark: 0 });
}

class ResumingSource {
  readonly #plan: DownloadPlan;
  #response: TransportResponse;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #receivedBytes = 0;
  /** Breaks since the last byte. */
  #breaks = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;
  #close: () => void = () => undefined;

  constructor(plan: DownloadPlan) {
    this.#plan = plan;
    this.#response = plan.response;
    this.#reader = plan.response.stream().getReader();
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { http, call } = this.#plan;
    const { signal } = call;
    const onAbort = () => {
      controller.error(signal?.reason);
      this.#end();
    };
    const release = http.holdConnection();
    this.#close = () => {
      release();
      signal?.removeEventListener("abort", onAbort);
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const chunk = await this.#next();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
      this.#report(chunk === undefined);
      if (!chunk) this.#end();
    } catch (failure) {
      this.#end();
      this.#plan.call.signal?.throwIfAborted();
      throw failure;
    }
  }

  cancel(): void {
    this.#end();
  }

  /** Closes the connection, or keeps it if everything has been read. */
  #end(): void {
    this.#close();
    this.#close = () => undefined;
    this.#leave();
  }

  #leave(): void {
    void this.#reader.cancel().catch(() => undefined);
    this.#response.abort?.();
  }

  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      let failure: unknown;
      try {
        const read = await this.#read();
        if (read.value) {
          this.#receivedBytes += read.value.byteLength;
          this.#breaks = 0;
          return read.value;
        }
        // A gateway has compressed the body and the runtime has decompressed it: it is longer than announced.
        if (this.#receivedBytes >= (this.#plan.sizeBytes ?? 0)) return undefined;
        failure = this.#brokeOff("the answer ended");
      } catch (trouble) {
        failure = trouble;
      }
      await this.#resume(failure);
    }
  }

  async #read(): Promise<{ value?: Uint8Array | undefined }> {
    const { call, options } = this.#plan;
    const longestSilenceMs = call.timeoutMs ?? options.timeoutMs;
    const limit = { clock: options.clock, longestSilenceMs, signal: call.signal };
    try {
      const read = await readBeforeSilence(this.#reader, limit);
      if (read !== "silent") return read;
    } catch (failure) {
      call.signal?.throwIfAborted();
      throw this.#brokeOff(this.#plan.http.reasonOf(failure), failure);
    }
    throw this.#brokeOff(`nothing came for ${longestSilenceMs} ms`);
  }

  /** Requests the rest until it comes, or throws the reason. */
  async #resume(failure: unknown): Promise<void> {
    const { http, call, etag } = this.#plan;
    this.#leave();
    // A weak ETag may belong to other bytes (RFC 9110, 8.8.1).
    if (!etag || etag.startsWith("W/")) throw failure;
    this.#breaks += 1;
    await http.beforeRetry(call, this.#breaks, failure);
    const rest = { range: `bytes=${this.#receivedBytes}-`, "if-range": etag };
    const again = { ...call, isSingleAttempt: true, headers: { ...call.headers, ...rest } };
    try {
      this.#response = await http.open(again, "*/*");
    } catch (trouble) {
      return this.#resume(trouble);
    }
    this.#reader = this.#response.stream().getReader();
    if (isRest(this.#response, this.#receivedBytes, etag)) return;
    throw this.#brokeOff("the file has changed since, or the server gives no parts of it; download it again");
  }

  #brokeOff(reason: string, cause?: unknown): ConnectionError {
    const { call, options, sizeBytes } = this.#plan;
    const whole = sizeBytes === undefined ? "" : ` of ${sizeBytes}`;
    return new ConnectionError({
      method: call.method,
      address: `${options.baseUrl}${call.path}`,
      outcome: `broke off after ${this.#receivedBytes}${whole} bytes`,
      reason,
      mayHaveHappened: false,
      isRetryable: true,
      cause,
    });
  }

  #report(isEnd: boolean): void {
    const { onDownloadProgress, options, sizeBytes } = this.#plan;
    if (!onDownloadProgress) return;
    const nowMs = options.clock.now();
    if (!isEnd && nowMs - this.#reportedMs < 50) return;
    this.#reportedMs = nowMs;
    const loaded = this.#receivedBytes;
    const total = isEnd ? loaded : sizeBytes;
    onDownloadProgress({ loaded, total, fraction: isEnd ? 1 : total && Math.min(1, loaded / total) });
  }
}

function isRest(response: TransportResponse, fromByte: number, etag: string): boolean {
  if (response.status !== 206 || (response.header("etag") ?? etag) !== etag) return false;
  // A part of a compressed form is no part of the file.
  if ((response.header("content-encoding") ?? "identity") !== "identity") return false;
  return response.header("content-range")?.startsWith(`bytes ${fromByte}-`) === true;
}
