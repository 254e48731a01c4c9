import {
  createFetchTransport,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from "@oomol/connect-core";
import { encodeMultipart } from "@oomol/connect-core/adapter";

/**
 * A page's transport: `XMLHttpRequest` for uploads, because it reports progress over any version of HTTP, and `fetch` for
 * everything else.
 */
export function createXhrTransport(): Transport {
  const fetching = createFetchTransport();
  return {
    send(request) {
      if (request.body === undefined || typeof request.body === "string") return fetching.send(request);
      const { contentType, toBlob } = encodeMultipart(request.body);
      const body = toBlob();
      return body ? sendByXhr(request, body, contentType) : fetching.send(request);
    },
  };
}

function sendByXhr(request: TransportRequest, body: Blob, contentType: string): Promise<TransportResponse> {
  const { signal, onBytesSent } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.setRequestHeader("content-type", contentType);
    let life: ReturnType<typeof setInterval> | undefined;
    if (!onBytesSent) life = undefined;
    else if (mayListen(request)) xhr.upload.onprogress = ({ loaded }) => onBytesSent(loaded);
    // Invisible here, but in progress: the request must not time out.
    else life = setInterval(() => onBytesSent(0), 1_000);
    const abort = () => xhr.abort();
    signal.addEventListener("abort", abort, { once: true });
    xhr.onloadend = () => {
      clearInterval(life);
      signal.removeEventListener("abort", abort);
      if (signal.aborted) return reject(signal.reason);
      if (xhr.status > 0) return resolve(toTransportResponse(xhr));
      reject(noAnswer());
    };
    xhr.send(body);
  });
}

/**
 * Listening to an upload causes a preflight for another origin (WHATWG XMLHttpRequest, "upload listener flag"). Listen only
 * if the request causes one anyway, by its headers, or if the caller wants progress.
 */
function mayListen({ url, headers, wantsProgress }: TransportRequest): boolean {
  const isOwnOrigin = new URL(url, location.href).origin === location.origin;
  // WHATWG Fetch, "CORS-safelisted request-header".
  const safe = ["accept", "accept-language", "content-language"];
  return isOwnOrigin || wantsProgress === true || Object.keys(headers).some((name) => !safe.includes(name));
}

function noAnswer(): TransportError {
  const reason = navigator.onLine
    ? "the connection broke, or the server refuses this page (CORS)"
    : "the page is offline";
  return new TransportError(reason, { isUnsent: false });
}

function toTransportResponse(xhr: XMLHttpRequest): TransportResponse {
  return {
    status: xhr.status,
    header: (name) => xhr.getResponseHeader(name) ?? undefined,
    text: async () => xhr.responseText,
    stream: () => new Blob([xhr.responseText]).stream(),
  };
}
