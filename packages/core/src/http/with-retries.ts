import { ApiError, ConnectionError, TimeoutError, UnexpectedResponseError } from "../errors/index.ts";
import type { ResolvedClientOptions } from "../options.ts";
import { retryPauseMs } from "../waiting/backoff.ts";
import { pauseOn } from "../waiting/delay.ts";
import type { HttpCall } from "./http-call.ts";

/**
 * Makes a call's attempts until one succeeds: calls that change nothing or travel `underKey` are repeated, others if the
 * server surely did not take them. Of several failures the one that leaves a doubt is thrown.
 */
export async function withRetries<Result>(
  options: ResolvedClientOptions,
  call: HttpCall,
  underKey: boolean,
  makeAttempt: (attempt: number) => Promise<Result>,
): Promise<Result> {
  let doubtful: unknown;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await makeAttempt(attempt);
    } catch (failure) {
      call.signal?.throwIfAborted();
      const mayRepeat = call.isIdempotent || underKey || surelyDidNotHappen(failure);
      if (leavesDoubt(failure)) doubtful = failure;
      if (call.isSingleAttempt || !mayRepeat || !mayTryAgain(options, attempt, failure)) {
        // Even if the last attempt did not reach the server, an earlier one may have.
        throw doubtful ?? failure;
      }
      const once = call.upload?.parts.find((part) => !part.isRepeatable);
      if (once) {
        const advice = `"${once.name}" is a stream, which can be read only once`;
        options.hooks.onWarning?.(
          `${call.method} ${call.path} was not sent again: ${advice}. Pass a path or a Blob.`,
        );
        throw failure;
      }
      await beforeRetry(options, call, attempt, failure);
    }
  }
}

/** Pauses as long as the client's `retry` or the server asks; throws the failure if no attempt may follow. */
export async function beforeRetry(
  options: ResolvedClientOptions,
  call: HttpCall,
  attempt: number,
  failure: unknown,
): Promise<void> {
  const { retry, clock, random, hooks } = options;
  call.signal?.throwIfAborted();
  const asked = failure instanceof ApiError ? failure.retryAfterMs : undefined;
  const isTooLong = asked !== undefined && asked > retry.maxRetryAfterMs;
  if (isTooLong || !mayTryAgain(options, attempt, failure)) throw failure;
  const pauseMs = asked ?? retryPauseMs(attempt, retry, random);
  const reason = failure instanceof Error ? failure.message : String(failure);
  hooks.onRetry?.({ method: call.method, path: call.path, attempt, pauseMs, reason });
  await pauseOn(clock, pauseMs, call.signal);
}

/** Failures that may pass if the same request is made again. */
export function isTransient(failure: unknown): boolean {
  if (failure instanceof ApiError) return failure.isRetryable;
  return [ConnectionError, TimeoutError, UnexpectedResponseError].some((kind) => failure instanceof kind);
}

function mayTryAgain({ retry }: ResolvedClientOptions, attempt: number, failure: unknown): boolean {
  return attempt <= retry.limit && isTransient(failure);
}

function leavesDoubt(failure: unknown): boolean {
  return (failure instanceof ConnectionError || failure instanceof TimeoutError) && failure.mayHaveHappened;
}

/** The server said that it did not accept the request, or never saw it. */
function surelyDidNotHappen(failure: unknown): boolean {
  if (failure instanceof ConnectionError) return !failure.mayHaveHappened;
  if (!(failure instanceof ApiError)) return false;
  return failure.status === 429 || (failure.status === 503 && failure.retryAfterMs !== undefined);
}
