import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-core";
import { createTracedClient } from "@oomol/connect-core/traces";
import { expect, test } from "vitest";
import { findTelemetry } from "../src/tracing/find-telemetry.ts";
import { collectSpans } from "./collect-spans.ts";
import { openCollector } from "./open-collector.ts";
import { idOf } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";

const traced = fileURLToPath(new URL("./fixtures/traced", import.meta.url));

test("one trace leads from a client through the server's program into the block, and reaches the collector", async () => {
  using own = collectSpans();
  await using collector = await openCollector();
  await using server = await startProgram(["--packages", traced, "--traces"], { env: collector.env });
  const client = createTracedClient(OomolConnectClient, { baseUrl: server.client.url });
  const { result } = await client.tasks.run({ blockId: "traced::weave", inputValues: {} });
  await client.close();

  const { traceparent } = (result as { trace: { traceparent: string } }).trace;
  const [, traceId = ""] = traceparent.split("-");
  const theirs = await collector.until(traceId, "run traced::weave");
  await collector.until(traceId, "knot");
  const ours = own.of(traceId).map((span) => ({
    name: span.name,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId,
  }));
  const all = new Map([...ours, ...theirs, ...collector.spans].map((span) => [span.spanId, span]));
  const wayOf = (name: string) => {
    const way: string[] = [];
    let span = [...all.values()].find((one) => one.name === name);
    for (; span; span = all.get(span.parentSpanId ?? "")) way.unshift(span.name);
    return way;
  };
  expect(wayOf("knot")).toEqual([
    "run traced::weave",
    "POST /v1/tasks",
    "POST /v1/tasks",
    "run traced::weave",
    "block traced::weave",
    "weave",
    "knot",
  ]);
  expect(collector.headers()["x-collector-key"]).toBe("k-1");

  // At its end the program sends what it still has.
  server.child.kill("SIGTERM");
  expect(await server.exited).toBe(0);
  expect([...collector.metrics]).toEqual(
    expect.arrayContaining(["connect_task_run_seconds", "connect_task_queue_wait_seconds"]),
  );
});

test("keys of a collector are not in the environment of blocks", async () => {
  await using collector = await openCollector();
  await using server = await startProgram(["--traces"], { env: collector.env });
  const id = await server.client.start("lab::environment");
  await server.client.waitForEnd(id);
  const { result } = await server.client.finish(id);
  expect(JSON.stringify(result)).toContain("PATH");
  expect(JSON.stringify(result)).not.toContain("OTEL_");
});

test("where OpenTelemetry is not installed the program runs as ever, and --traces says what is missing", async () => {
  const hidden = new URL("./hide-open-telemetry.mjs", import.meta.url).href;
  const env = { NODE_OPTIONS: `--import ${hidden}` };
  await using server = await startProgram(["--packages", traced], { env });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const id = await idOf(await server.client.create("traced::pass-on", {}, { traceparent }));
  await server.client.waitForEnd(id);
  expect(await server.client.finish(id)).toMatchObject({ result: { trace: { traceparent } } });
  await using refused = await startProgram(["--traces"], { env });
  expect([await refused.exited, refused.output.stderr]).toEqual([
    1,
    "--traces needs OpenTelemetry: npm install @opentelemetry/api @opentelemetry/sdk-node where connect-server is installed.\n",
  ]);
});

test("a server without the API of OpenTelemetry passes traces on and makes no spans", async () => {
  const missing = Object.assign(new Error("no such package"), { code: "ERR_MODULE_NOT_FOUND" });
  const { tracing, meter } = await findTelemetry("1.0.0", undefined, () => Promise.reject(missing));
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const span = tracing.start("run", { traceparent });
  expect([meter, tracing.relays, span.child("part").context]).toEqual([undefined, false, { traceparent }]);
  expect(tracing.start("run", undefined).context).toBeUndefined();
  const broken = new Error("it is there, but does not load");
  await expect(findTelemetry("1.0.0", undefined, () => Promise.reject(broken))).rejects.toBe(broken);
});
