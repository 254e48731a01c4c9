// Runs the block of the demo with the built client and server, and draws the trace of that run from the spans that both have exported:
// node --conditions=@oomol/source bench/draw-trace.ts
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createTracedClient } from "@oomol/connect-core/traces";
import { OomolConnectClient } from "@oomol/connect-node";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { type DrawnSpan, drawTrace } from "./helpers/draw-trace.ts";

/** A span as OTLP writes it in JSON. */
interface ExportedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const blockId = "audio-lab::text-to-audio";

const exported: ExportedSpan[] = [];
const collector = createServer(async (request, response) => {
  const body = (await json(request)) as { resourceSpans?: { scopeSpans: { spans: ExportedSpan[] }[] }[] };
  exported.push(
    ...(body.resourceSpans ?? []).flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)),
  );
  response.setHeader("content-type", "application/json").end("{}");
});
await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
const { port } = collector.address() as AddressInfo;

const data = await mkdtemp(join(tmpdir(), "draw-trace-"));
const flags = ["--packages", at("../apps/blocks"), "--port", "0", "--data", data, "--traces"];
const server = fork(at("../apps/server/dist/cli.js"), flags, {
  silent: true,
  env: {
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_METRICS_EXPORTER: "none",
  },
});
const [{ url }] = (await once(server, "message")) as [{ url: string }];

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const tracer = provider.getTracer("demo");
const client = createTracedClient(OomolConnectClient, { baseUrl: url }, { tracer });
await client.tasks.run({ blockId, inputValues: { text: "Hello, World" } });
await client.close();
server.kill("SIGTERM"); // it sends what it still has
await once(server, "exit");
collector.close();
await rm(data, { recursive: true });

const ours = exporter.getFinishedSpans();
const traceId = ours[0]?.spanContext().traceId;
const msOf = ([seconds, nanoseconds]: [number, number]) => seconds * 1_000 + nanoseconds / 1e6;
const spans: DrawnSpan[] = [
  ...ours.map((span) => ({
    name: span.name,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    by: "client",
    startMs: msOf(span.startTime),
    endMs: msOf(span.endTime),
  })),
  ...exported
    .filter((span) => span.traceId === traceId)
    .map((span) => ({
      name: span.name,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      by: "server",
      startMs: Number(span.startTimeUnixNano) / 1e6,
      endMs: Number(span.endTimeUnixNano) / 1e6,
    })),
];
await writeFile(
  at("../docs/guides/trace-of-the-demo.svg"),
  drawTrace(spans, `The trace of a run of ${blockId}`),
);
