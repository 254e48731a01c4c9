/**
 * A ky instance as `fetch`, with its hooks. What the client does itself is switched off: retries, timeouts, errors by status.
 * It shares no module with the rest, so that a page without ky loads nothing for it.
 */
export async function fetchThroughKy(ky: KyLike, url: string, init: RequestInit): Promise<Response> {
  try {
    return await ky(url, {
      ...init,
      retry: 0,
      timeout: false,
      totalTimeout: false,
      throwHttpErrors: false,
      // The address is whole already.
      prefix: "",
    });
  } catch (failure) {
    throw withoutRequest(failure);
  }
}

/** ky's errors hold the request, and so its token; what the network said is their cause. */
function withoutRequest(failure: unknown): unknown {
  let level = failure;
  while (level instanceof Error && "request" in level) level = level.cause;
  return level ?? new Error(failure instanceof Error ? failure.message : String(failure));
}

/** What the client uses of a ky instance; ky's own types are not needed. */
export type KyLike = (url: string, options: KyOptions) => PromiseLike<Response>;

/** The options that each request gets. */
export interface KyOptions extends RequestInit {
  retry: number;
  timeout: false;
  totalTimeout: false;
  throwHttpErrors: false;
  prefix: string;
}
