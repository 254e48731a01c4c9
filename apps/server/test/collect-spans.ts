import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { expect } from "vitest";
import { createSpanIds } from "../src/tracing/span-ids.ts";

export interface CollectedSpans extends Disposable {
  /** What a server is given that is to take over the spans of blocks. */
  spanIds: ReturnType<typeof createSpanIds>;
  /** Those that have ended, of one trace. */
  of(traceId: string): ReadableSpan[];
  /** The same, once one of that name is among them. */
  until(traceId: string, name: string): Promise<ReadableSpan[]>;
}

/** Registers the SDK in this process, which keeps what has ended in memory, until it is disposed of. */
export function collectSpans(): CollectedSpans {
  const spanIds = createSpanIds();
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  trace.setGlobalTracerProvider(new TracerProvider({ idGenerator: spanIds, spanProcessors }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const of = (traceId: string) =>
    exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  return {
    spanIds,
    of,
    async until(traceId, name) {
      await expect.poll(() => of(traceId).map((span) => span.name), { timeout: 20_000 }).toContainEqual(name);
      return of(traceId);
    },
    [Symbol.dispose]() {
      for (const api of [trace, context, propagation, metrics]) api.disable();
    },
  };
}
