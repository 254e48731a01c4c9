import {
  createFetchTransport,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
  type Upload,
} from "@oomol/connect-core";
import { encodeUpload } from "@oomol/connect-core/adapter";
import { requireReadable } from "./readable-files.ts";
import { shareHeld } from "./shared-connections.ts";

/**
 * A page's transport: `XMLHttpRequest` for uploads, because it reports progress over any version of HTTP, and `fetch` for
 * everything else. Answers that stay open leave connections free for the other requests of all tabs.
 */
export function createXhrTransport(): Transport {
  const fetching = createFetchTransport();
  return {
    shareHeld,
    async send(request) {
      const wasOffline = !navigator.onLine;
      const { body } = request;
      const upload = typeof body === "object" ? body : undefined;
      if (upload) await requireReadable(upload);
      try {
        return await (upload ? sendUpload(request, upload, fetching) : fetching.send(request));
      } catch (failure) {
        if (!(failure instanceof TransportError)) throw failure;
        if (upload) await requireReadable(upload);
        if (navigator.onLine) throw failure;
        throw new TransportError("the page is offline", { isUnsent: wasOffline, cause: failure });
      }
    },
  };
}

function sendUpload(
  request: TransportRequest,
  upload: Upload,
  fetching: Transport,
): Promise<TransportResponse> {
  const { contentType, toBlob } = encodeUpload(upload);
  const body = toBlob();
  return body ? sendByXhr(request, body, contentType) : fetching.send(request);
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
  const reason = "the connection broke, or the server refuses this page (CORS)";
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
