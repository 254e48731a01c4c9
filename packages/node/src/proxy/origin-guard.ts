import { extensionsHeader } from "@oomol/connect-core/wire";
import { Refusal } from "./refusal.ts";

/** The headers that a page of another origin may send: those of the clients, and a token of the app's own for `authorize`. */
const allowedHeaders =
  "authorization, connect-events, content-type, idempotency-key, if-range, last-event-id, prefer, range, " +
  "tus-resumable, upload-checksum, upload-length, upload-metadata, upload-offset";
const exposedHeaders =
  `${extensionsHeader}, Preference-Applied, Accept-Ranges, Content-Range, ETag, Retry-After, X-Request-Id, ` +
  "Location, Tus-Resumable, Upload-Expires, Upload-Length, Upload-Offset";

/**
 * Refuses pages of other origins, which a browser would send with the visitor's cookies: by `Sec-Fetch-Site`, which no
 * page can set, or by `Origin` if the browser does not send it. Other programs have no visitor's cookies.
 *
 * @throws {Refusal} if a page of another origin asks.
 */
export function guardOrigin(request: Request, allowedOrigins: ReadonlySet<string>): void {
  const origin = request.headers.get("origin");
  if (origin !== null && allowedOrigins.has(origin)) return;
  const site = request.headers.get("sec-fetch-site");
  if (site === "same-origin") return;
  // "none" is a user's own action, such as a typed address.
  if (origin === null && (site === null || site === "none")) return;
  // Browsers send no Sec-Fetch-Site over plain HTTP.
  if (origin !== null && site === null && isOwnHost(origin, request)) return;
  throw new Refusal(403, "Pages of other origins may not call this proxy; `allowedOrigins` can name them.");
}

/** The host only: behind a proxy that ends TLS, the scheme differs here. */
function isOwnHost(origin: string, request: Request): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(request.url).host;
}

/** Answers the preflight of a page of another origin; `undefined` for any other request. */
export function answerPreflight(request: Request, allowedOrigins: ReadonlySet<string>): Response | undefined {
  const { headers } = request;
  if (request.method !== "OPTIONS" || !headers.has("access-control-request-method")) return undefined;
  if (!allowedOrigins.has(headers.get("origin") ?? "")) {
    return new Refusal(403, "Pages of this origin may not call this proxy.").response;
  }
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
      "access-control-allow-headers": allowedHeaders,
      "access-control-max-age": "600",
    },
  });
}

/** Headers of every answer: who may read it, and what a browser may do with it. */
export function sealAnswer(
  answer: Response,
  request: Request,
  allowedOrigins: ReadonlySet<string>,
): Response {
  // The headers of a Response from elsewhere may be immutable.
  const headers = new Headers(answer.headers);
  headers.append("vary", "Origin");
  headers.set("x-content-type-options", "nosniff");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  const origin = request.headers.get("origin");
  if (origin !== null && allowedOrigins.has(origin)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", exposedHeaders);
  }
  const { status, statusText } = answer;
  return new Response(answer.body, { status, statusText, headers });
}
