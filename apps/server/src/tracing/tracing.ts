import {
  readTraceContext,
  remoteSpan,
  type TraceContext,
  traceparentOf,
} from "@oomol/connect-shared/trace-context";
import type * as OpenTelemetry from "@opentelemetry/api";
import { readRelayedSpan, relaySpan, type SpanIds } from "./relayed-span.ts";

/** Something that the server does for a task, as a trace shows it. */
export interface Span {
  /** What whoever does a part of it is told; nothing if there is no trace. */
  readonly context: TraceContext | undefined;
  /** A part of it that begins now, or began at `startMs`. */
  child(name: string, options?: SpanOptions): Span;
  set(attributes: SpanAttributes): void;
  /** Takes over a span that an executor has made below it, see `readRelayedSpan`; one that is of another trace is dropped. */
  relay(payload: string): void;
  /** Without a failure it went well. */
  end(failure?: string): void;
}

export interface SpanOptions {
  attributes?: SpanAttributes;
  kind?: "server" | "consumer";
  /** Epoch milliseconds. */
  startMs?: number;
  /** The id that somebody knows it by already; it has another if the SDK does not take ids of ours. */
  spanId?: string;
}

/** By their names in the semantic conventions, or below `oomol.`. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Makes spans of OpenTelemetry if the program has it, and otherwise passes on what trace a caller is in. */
export interface Tracing {
  /** Whether executors may leave their spans to this process. */
  readonly relays: boolean;
  /** Begins something for a caller, or goes on with it. */
  start(name: string, parent: TraceContext | undefined, options?: SpanOptions): Span;
}

/** Makes no spans. */
export const noTracing: Tracing = {
  relays: false,
  start: (_name, parent) => (parent ? passOn(parent) : noSpan),
};

/** Of a task in no trace. */
export const noSpan: Span = {
  context: undefined,
  child: () => noSpan,
  set: () => undefined,
  relay: () => undefined,
  end: () => undefined,
};

function passOn(context: TraceContext): Span {
  const span: Span = { ...noSpan, context, child: () => span };
  return span;
}

/** Makes them by whatever SDK is registered; `ids` are those of that SDK if it takes ours. */
export function createTracing(api: typeof OpenTelemetry, version: string, ids?: SpanIds): Tracing {
  const { trace, context: contexts, ROOT_CONTEXT, SpanKind, SpanStatusCode } = api;
  const tracer = trace.getTracer("@oomol/connect-server", version);
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER };

  const begin = (
    name: string,
    { attributes, kind, startMs, spanId }: SpanOptions,
    parent: OpenTelemetry.Context,
  ) => {
    if (spanId !== undefined) ids?.takeOver(spanId);
    const span = tracer.startSpan(
      name,
      {
        kind: kind ? kinds[kind] : SpanKind.INTERNAL,
        ...(attributes && { attributes }),
        // Clocks of several machines differ: nothing has begun in the future.
        ...(startMs !== undefined && { startTime: Math.min(startMs, Date.now()) }),
      },
      parent,
    );
    const context = contextOf(span.spanContext());
    // Without an SDK, and of no trace.
    if (context === undefined) return noSpan;
    const inside = trace.setSpan(parent, span);
    const own: Span = {
      context,
      child: (part, options = {}) => begin(part, options, inside),
      set: (given) => void span.setAttributes(given),
      relay(payload) {
        const relayed = ids && readRelayedSpan(payload);
        if (ids && relayed?.traceId === span.spanContext().traceId) relaySpan(api, ids, relayed);
      },
      end(failure) {
        if (failure !== undefined)
          span.setStatus({ code: SpanStatusCode.ERROR, message: failure.slice(0, longestMessage) });
        span.end();
      },
    };
    return own;
  };

  return {
    relays: ids !== undefined,
    start(name, parent, options = {}) {
      // Whoever instruments HTTP has made a span of the request. What else is active is of a task that ended before, for instance.
      if (options.kind === "server" && trace.getActiveSpan()) return begin(name, options, contexts.active());
      if (parent === undefined) return begin(name, options, ROOT_CONTEXT);
      return begin(
        name,
        options,
        trace.setSpanContext(ROOT_CONTEXT, remoteSpan(parent, api.createTraceState)),
      );
    },
  };
}

function contextOf(span: OpenTelemetry.SpanContext) {
  return readTraceContext(traceparentOf(span), span.traceState?.serialize());
}

const longestMessage = 1_000;
