import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { createMetrics, type Metrics } from "../src/metrics.ts";

/** Something of each kind. */
function use(metrics: Metrics): void {
  metrics.taskStarted(40);
  metrics.taskEnded("failed", 2_000);
  metrics.executorStarted("task");
  metrics.executorTaken("warm");
  metrics.executorRetired("idle");
  metrics.watchExecutors(() => ({ busy: 2, warm: 1, cold: 0 }));
  metrics.webhookAttempted("delivered");
  metrics.watchWebhooks(async () => 7);
  metrics.requestAnswered("GET", 200, 3);
}

test("a meter of OpenTelemetry gets what Prometheus reads, under the same names", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  const metrics = createMetrics(async () => new Map([["running", 3]]), provider.getMeter("test"));
  use(metrics);
  await provider.forceFlush();
  const all = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const points = Object.fromEntries(
    all.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value }) => [
        ...Object.values(attributes),
        typeof value === "number" ? value : (value as { sum: number }).sum,
      ]),
    ]),
  );
  expect(points).toEqual({
    connect_task_queue_wait_seconds: [[0.04]],
    connect_task_run_seconds: [["failed", 2]],
    connect_executor_starts_total: [["task", 1]],
    connect_standing_executors_taken_total: [["warm", 1]],
    connect_executors_retired_total: [["idle", 1]],
    connect_http_request_seconds: [["GET", 200, 0.003]],
    connect_tasks: [["running", 3]],
    connect_executors: [
      ["busy", 2],
      ["warm", 1],
      ["cold", 0],
    ],
    connect_webhook_attempts_total: [["delivered", 1]],
    connect_webhooks_pending: [[7]],
  });
  const text = await metrics.read();
  for (const name of Object.keys(points)) expect(text).toContain(`# TYPE ${name} `);
  expect(text).toContain('connect_tasks{status="running"} 3');
  expect(text).toContain("connect_webhooks_pending 7");
  expect(text).toContain('connect_task_run_seconds_sum{status="failed"} 2');
  await provider.shutdown();
});

test("what cannot be counted any more is left out, as at the end of a server", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  createMetrics(
    () => Promise.reject(new Error("the database is closed")),
    provider.getMeter("test"),
  ).taskStarted(1);
  await provider.forceFlush();
  const all = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  expect(all.map(({ descriptor }) => descriptor.name)).toContain("connect_task_queue_wait_seconds");
  await provider.shutdown();
});
