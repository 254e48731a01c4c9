import {
  type Context,
  context as contexts,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import type { ClientHooks, RequestInfo } from "../hooks.ts";
import type { ClientOptions } from "../options.ts";
import { RunSpan } from "./run-span.ts";

export interface RequestSpans {
  readonly hooks: Required<Pick<ClientHooks, "onRequest" | "onResponse">>;
  /** Whether a header that a server does not list may not be sent to this one, and nobody knows yet what it lists. */
  mustAsk(): boolean;
}

/** A span for each attempt at a request, by the semantic conventions of HTTP clients: below that of its run, or what is active. */
export function createRequestSpans(
  tracer: Tracer,
  { baseUrl = "/api", appletsUrl = "https://chat-data.oomol.com" }: ClientOptions,
): RequestSpans {
  const open = new WeakMap<object, Span>();
  let isKnown = false;

  /** In a page a request fails whose headers the other origin does not list. */
  const isFree = () => {
    const page = pageAddress();
    return page === undefined || new URL(page).origin === new URL(baseUrl, page).origin;
  };

  const mayTell = ({ path, extensions }: RequestInfo) => {
    if (isOfApplets(path)) return false;
    return extensions.has("traces") || (extensions.size === 0 && isFree());
  };

  return {
    mustAsk: () => !isKnown && !isFree(),
    hooks: {
      onRequest(request) {
        const { method, path, attempt, run } = request;
        const template = templateOf(path);
        const address = new URL(isOfApplets(path) ? appletsUrl : baseUrl, pageAddress());
        if (run instanceof RunSpan && attempt > 1) run.retries(`${method} ${template}`, attempt);
        const attributes = {
          "http.request.method": method,
          "url.full": `${address.href.replace(/\/+$/, "")}${path}`,
          "url.template": template,
          "server.address": address.hostname,
          "server.port": Number(address.port || (address.protocol === "https:" ? 443 : 80)),
          ...(attempt > 1 && { "http.request.resend_count": attempt - 1 }),
        };
        const span = tracer.startSpan(
          `${method} ${template}`,
          { kind: SpanKind.CLIENT, attributes },
          parentOf(request),
        );
        open.set(request, span);
        return mayTell(request) ? headersOf(span) : undefined;
      },
      onResponse(response) {
        isKnown = true;
        const { status, run, path, method } = response;
        const span = open.get(response);
        const isFailed = status === undefined || status >= 400;
        if (status !== undefined) span?.setAttribute("http.response.status_code", status);
        if (isFailed) {
          span?.setAttribute("error.type", status === undefined ? "_OTHER" : String(status));
          span?.setStatus({ code: SpanStatusCode.ERROR });
        }
        span?.end();
        if (!(run instanceof RunSpan)) return;
        if (isFailed) run.failedAtMs = Date.now();
        else if (method === "POST" && path === "/v1/tasks") run.accepted();
      },
    },
  };
}

function parentOf({ run, path }: RequestInfo): Context {
  if (run instanceof RunSpan) return run.inside;
  // A stream that tasks share is no part of the run that happens to open it.
  return path.startsWith("/v1/events/") ? ROOT_CONTEXT : contexts.active();
}

/** W3C Trace Context. */
function headersOf(span: Span): Record<string, string> | undefined {
  const context = span.spanContext();
  if (!isSpanContextValid(context)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = context;
  const tracestate = traceState?.serialize();
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
    ...(tracestate && { tracestate }),
  };
}

/** Without ids, of which there is no end. */
function templateOf(path: string): string {
  return path
    .replace(/^(\/v1\/tasks|\/v1\/uploads|\/packages\/install|\/v1\/webhooks\/deliveries)\/[^/]+/, "$1/{id}")
    .replace(/^(\/v1\/tasks\/\{id\}\/files)\/.*/, "$1/{path}")
    .replace(/^\/v1\/events\/.*/, "/v1/events/{stream}");
}

/** These have a service of their own. */
function isOfApplets(path: string): boolean {
  return path.startsWith("/rpc/");
}

function pageAddress(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href;
}
