/** What is read of a span, as an SDK of OpenTelemetry gives it when it has ended. */
export interface EndedSpan {
  name: string;
  spanContext(): { spanId: string };
  parentSpanContext?: { spanId: string };
  /** Seconds and nanoseconds. */
  startTime: [number, number];
}

/** Each span below the one that it is a part of, as lines; those that stand side by side in the order of their starts. */
export function spanTree(spans: readonly EndedSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const startOf = ({ startTime: [seconds, nanoseconds] }: EndedSpan) => seconds * 1e9 + nanoseconds;
  const below = (parent: string | undefined, indent: string): string[] =>
    spans
      .filter(({ parentSpanContext }) => {
        const id = parentSpanContext?.spanId;
        return parent === undefined ? id === undefined || !ids.has(id) : id === parent;
      })
      .sort((one, other) => startOf(one) - startOf(other))
      .flatMap((span) => [`${indent}${span.name}`, ...below(span.spanContext().spanId, `${indent}  `)]);
  return below(undefined, "");
}
