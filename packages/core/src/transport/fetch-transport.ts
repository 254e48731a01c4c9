import type { Transport, TransportRequest, TransportResponse } from "./transport.ts";
import { toTransportError } from "./transport-error.ts";

/** A transport on the runtime's `fetch`, or on one that behaves like it. */
export function createFetchTransport(fetch: typeof globalThis.fetch = globalThis.fetch): Transport {
  return {
    ...(isPage && { heldRequestLimit: 4 }),
    async send(request) {
      const { body, headers, ...rest } = await requestBody(request);
      const cut = isPage ? cutAfter(request.signal) : undefined;
      try {
        const response = await fetch(request.url, {
          method: request.method,
          headers: { ...request.headers, ...headers },
          signal: cut?.signal ?? request.signal,
          // A status must never come from a cache.
          cache: "no-store",
          redirect: "manual",
          ...(body === undefined ? {} : { body }),
          ...rest,
        });
        return toTransportResponse(response, cut);
      } catch (failure) {
        request.signal.throwIfAborted();
        throw toTransportError(failure);
      }
    },
  };
}

/** Pages send uploads as `FormData`, because streamed bodies need HTTP/2 there. Every other runtime streams them. */
const isPage = "XMLHttpRequest" in globalThis;

async function requestBody({ body, onBytesSent, signal }: TransportRequest): Promise<RequestInit> {
  if (body === undefined) return {};
  if (typeof body === "string") return { body };
  // Loaded only to send files: most pages never need it.
  const [{ encodeUpload, pageBody }, { passing }] = await Promise.all([
    import("./encode-upload.ts"),
    import("./passing-stream.ts"),
  ]);
  const whole = isPage ? pageBody(body) : undefined;
  if (whole) return { body: whole };
  const encoded = encodeUpload(body);
  const length = encoded.contentLengthBytes;
  let sentBytes = 0;
  const onChunk = (chunk: Uint8Array) => {
    sentBytes += chunk.byteLength;
    onBytesSent?.(sentBytes);
  };
  return {
    // Ends on abort: Node's fetch goes on reading the body of a request that it has given up.
    body: passing(encoded.open(), { onChunk, signal }),
    headers: {
      "content-type": encoded.contentType,
      ...(length === undefined ? {} : { "content-length": String(length) }),
    },
    // Node keeps a copy of every streamed body for a possible redirect.
    redirect: refusesRedirects() ? "error" : "manual",
    // Required with a stream; not in the types yet.
    ...({ duplex: "half" } as object),
  };
}

/** Whether `redirect: "error"` is supported: workerd throws on it. */
export function refusesRedirects(): boolean {
  try {
    return new Request("http://localhost", { redirect: "error" }).redirect === "error";
  } catch {
    return false;
  }
}

/** Aborted with the signal, or before it. */
function cutAfter(signal: AbortSignal): AbortController {
  const cut = new AbortController();
  // The signal belongs to one attempt and goes with it.
  signal.addEventListener("abort", () => cut.abort(signal.reason), { once: true });
  return cut;
}

function toTransportResponse(response: Response, cut: AbortController | undefined): TransportResponse {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    text: () => response.text(),
    stream: () => response.body ?? new Blob().stream(),
    abort: () => cut?.abort(),
  };
}
