import type * as OpenTelemetry from "@opentelemetry/api";
import { z } from "zod";

/**
 * A span that an executor has made and ended, as `channel/span` carries it. Blocks can write there themselves, so nothing of it is
 * taken on trust.
 */
export type RelayedSpan = z.infer<typeof relayedSpanSchema>;

const spanId = z.string().regex(/^(?!0+$)[0-9a-f]{16}$/);
const traceId = z.string().regex(/^(?!0+$)[0-9a-f]{32}$/);
const text = z.string().max(4_096);
/** Seconds and nanoseconds since the epoch. */
const time = z.tuple([z.number().nonnegative(), z.number().nonnegative()]);
const value = z.union([
  text,
  z.number(),
  z.boolean(),
  z.array(text).max(128),
  z.array(z.number()).max(128),
  z.array(z.boolean()).max(128),
]);
const attributes = z
  .record(z.string().max(256), value)
  .refine((given) => Object.keys(given).length <= 128, "too many attributes");

const relayedSpanSchema = z.object({
  name: z.string().max(1_024),
  kind: z.number().int().min(0).max(4),
  traceId,
  spanId,
  parentSpanId: spanId,
  start: time,
  end: time,
  status: z.object({ code: z.number().int().min(0).max(2), message: text.optional() }),
  attributes,
  events: z.array(z.object({ name: text, time, attributes: attributes.optional() })).max(128),
  links: z.array(z.object({ traceId, spanId, attributes: attributes.optional() })).max(128),
  scope: z.object({ name: text, version: text.optional() }),
});

export function readRelayedSpan(payload: string): RelayedSpan | undefined {
  if (payload.length > longestPayload) return undefined;
  try {
    return relayedSpanSchema.parse(JSON.parse(payload));
  } catch {
    return undefined;
  }
}

const longestPayload = 256 * 1024;

/** What gives a span of the registered SDK its ids. */
export interface SpanIds {
  generateTraceId(): string;
  generateSpanId(): string;
  /** The next span gets this one, and not a new one. */
  takeOver(spanId: string): void;
}

/** Makes it again by the API, with the ids that it has. */
export function relaySpan(api: typeof OpenTelemetry, ids: SpanIds, span: RelayedSpan): void {
  const { traceId, parentSpanId, scope } = span;
  const parent = { traceId, spanId: parentSpanId, traceFlags: api.TraceFlags.SAMPLED, isRemote: true };
  const tracer = api.trace.getTracer(scope.name, scope.version);
  ids.takeOver(span.spanId);
  const again = tracer.startSpan(
    span.name,
    {
      kind: span.kind,
      startTime: span.start,
      attributes: span.attributes,
      links: span.links.map(({ attributes: about, ...linked }) => ({
        context: { ...linked, traceFlags: api.TraceFlags.NONE },
        ...(about && { attributes: about }),
      })),
    },
    api.trace.setSpanContext(api.ROOT_CONTEXT, parent),
  );
  for (const { name, time: at, attributes: about } of span.events) again.addEvent(name, about ?? {}, at);
  const { code, message } = span.status;
  again.setStatus({ code, ...(message !== undefined && { message }) });
  again.end(span.end);
}
