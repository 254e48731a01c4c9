import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect } from "vitest";

/** A span as OTLP writes it in JSON. */
export interface CollectedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

export interface Collector extends AsyncDisposable {
  /** What has an SDK send to it. */
  env: NodeJS.ProcessEnv;
  spans: CollectedSpan[];
  metrics: Set<string>;
  /** The headers that came with the last request. */
  headers(): NodeJS.Dict<string | string[]>;
  until(traceId: string, name: string): Promise<CollectedSpan[]>;
}

interface Scopes {
  spans?: CollectedSpan[];
  metrics?: { name: string }[];
}

/** A collector that takes traces and metrics by OTLP over HTTP. */
export async function openCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const metrics = new Set<string>();
  let headers: NodeJS.Dict<string | string[]> = {};
  const server = createServer(async (request, response) => {
    headers = request.headers;
    // By the protocol's own names.
    const body = (await json(request)) as {
      resourceSpans?: { scopeSpans: Scopes[] }[];
      resourceMetrics?: { scopeMetrics: Scopes[] }[];
    };
    for (const { scopeSpans } of body.resourceSpans ?? [])
      for (const scope of scopeSpans) spans.push(...(scope.spans ?? []));
    for (const { scopeMetrics } of body.resourceMetrics ?? [])
      for (const scope of scopeMetrics) for (const { name } of scope.metrics ?? []) metrics.add(name);
    response.setHeader("content-type", "application/json").end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const of = (traceId: string) => spans.filter((span) => span.traceId === traceId);
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=k-1",
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_METRICS_EXPORTER: "otlp",
    },
    spans,
    metrics,
    headers: () => headers,
    async until(traceId, name) {
      await expect.poll(() => of(traceId).map((span) => span.name), { timeout: 20_000 }).toContainEqual(name);
      return of(traceId);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
