import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { FinishedSpan } from "../wire/channel.ts";

/**
 * Registers an SDK of OpenTelemetry whose spans go to `send` as they end, as JSON: no timer and no connection is left of them, and no
 * key of a collector is needed here. Only spans of a trace that somebody has asked for are made. Without its packages nothing is done.
 */
export async function relaySpans(send: (span: string) => Promise<void> | undefined): Promise<void> {
  const sdk = await loadSdk().catch(() => undefined);
  if (sdk === undefined) return;
  const [
    { context, propagation, trace },
    { AlwaysOffSampler, ParentBasedSampler, TracerProvider },
    { AsyncLocalStorageContextManager },
    { W3CTraceContextPropagator },
  ] = sdk;
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    spanProcessors: [
      {
        onStart() {},
        onEnd(span) {
          if (span.parentSpanContext) void send(JSON.stringify(toWire(span)))?.catch(() => undefined);
        },
        async forceFlush() {},
        async shutdown() {},
      },
    ],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

function loadSdk() {
  return Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/context-async-hooks"),
    import("@opentelemetry/core"),
  ]);
}

function toWire(span: ReadableSpan): FinishedSpan {
  const { traceId, spanId } = span.spanContext();
  const { name, version } = span.instrumentationScope;
  const { code, message } = span.status;
  return {
    name: span.name,
    kind: span.kind,
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? "",
    start: span.startTime,
    end: span.endTime,
    status: { code, ...(message !== undefined && { message }) },
    attributes: span.attributes,
    events: span.events.map((event) => ({
      name: event.name,
      time: event.time,
      ...(event.attributes && { attributes: event.attributes }),
    })),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      ...(attributes && { attributes }),
    })),
    scope: { name, ...(version !== undefined && { version }) },
  };
}
