import { OomolConnectClient } from "@oomol/connect-core";
import type { FakeServerOptions } from "@oomol/connect-core/testing";
import { createTracedClient } from "@oomol/connect-core/traces";
import { serveTus } from "@oomol/test-helpers/serve-tus";
import { spanTree } from "@oomol/test-helpers/span-tree";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientOptions } from "../src/options.ts";
import { serve } from "./helpers/serve.ts";

const exporter = new InMemorySpanExporter();
const say = { blockId: "pkg::say", inputValues: { text: "hi" } };
/** Of our own server, but for those that change what a run asks for. */
const streaming = ["wait", "events", "idempotency", "traces"] as const;

beforeEach(() => register());
afterEach(() => {
  exporter.reset();
  for (const api of [trace, context]) api.disable();
  vi.unstubAllGlobals();
});

function register(sampler?: Sampler): void {
  for (const api of [trace, context]) api.disable();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, ...(sampler && { sampler }) }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

async function open(
  fake: FakeServerOptions = {},
  options: ClientOptions = {},
  traces?: Parameters<typeof createTracedClient>[2],
) {
  const server = await serve({ extensions: streaming, ...fake }, options);
  const traced = createTracedClient(
    OomolConnectClient,
    { ...options, baseUrl: server.baseUrl } as ClientOptions,
    traces,
  );
  return Object.assign(server, { traced });
}

const tree = () => spanTree(exporter.getFinishedSpans());

const named = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);
const parentOf = (span: ReadableSpan | undefined) => {
  const { traceId, spanId } = span?.spanContext() ?? {};
  return `00-${traceId}-${spanId}-01`;
};

test("a run is a span with its requests and its wait, below what is active", async () => {
  await using server = await open();
  const caller = trace.getTracer("app").startSpan("checkout");
  const { taskId } = await context.with(trace.setSpan(context.active(), caller), () =>
    server.traced.tasks.run(say),
  );
  caller.end();
  expect(tree()).toEqual([
    "checkout",
    "  run pkg::say",
    "    POST /v1/tasks",
    "    wait",
    "      GET /v1/tasks/{id}",
  ]);
  expect(named("run pkg::say")).toMatchObject({
    kind: SpanKind.INTERNAL,
    attributes: { "oomol.block.id": "pkg::say", "oomol.task.id": taskId },
    status: { code: SpanStatusCode.UNSET },
  });
  const { hostname, port } = new URL(server.baseUrl);
  expect(named("POST /v1/tasks")).toMatchObject({
    kind: SpanKind.CLIENT,
    attributes: {
      "http.request.method": "POST",
      "http.response.status_code": 200,
      "url.full": `${server.baseUrl}/v1/tasks`,
      "url.template": "/v1/tasks",
      "server.address": hostname,
      "server.port": Number(port),
    },
  });
  const [created] = server.fake.requestsTo("POST", /^\/v1\/tasks$/);
  expect(created?.headers.traceparent).toBe(parentOf(named("POST /v1/tasks")));
});

test("as many requests are sent as without spans, and the same ones", async () => {
  await using server = await open({ extensions: [...streaming, "shared-events"] });
  const requests = Array.from({ length: 6 }, () => say);
  const sentBy = async (client: OomolConnectClient) => {
    server.fake.requests.length = 0;
    for await (const outcome of client.tasks.runMany(requests, { concurrency: 6 }))
      expect(outcome.status).toBe("fulfilled");
    const shape = ({ method, path }: { method: string; path: string }) =>
      `${method} ${path.replace(/[\w-]{16,}/g, "X").replace(/tasks\/[^/?]+/, "tasks/X")}`;
    return server.fake.requests.map(shape).sort();
  };
  await server.client.blocks.list();
  await server.traced.blocks.list();
  expect(await sentBy(server.traced)).toEqual(await sentBy(server.client));
  expect(exporter.getFinishedSpans().filter(({ name }) => name === "run pkg::say")).toHaveLength(6);
});

test("without an asynchronous context, as in pages, requests are still below their own run", async () => {
  context.disable();
  await using server = await open();
  const { tasks } = server.traced;
  await Promise.all([tasks.run(say), tasks.run(say), tasks.createAndWait(say), tasks.create(say)]);
  for (const root of tree().filter((line) => !line.startsWith(" "))) {
    expect(root).toMatch(/^(run|createAndWait|create) pkg::say$/);
  }
  const posts = exporter.getFinishedSpans().filter(({ name }) => name === "POST /v1/tasks");
  expect(new Set(posts.map(({ parentSpanContext }) => parentSpanContext?.spanId)).size).toBe(4);
});

test("retries are spans that count themselves, and the pauses before them", async () => {
  await using server = await open({}, { retry: { baseMs: 0 } });
  server.fake.inject({ kind: "status", status: 503, headers: { "retry-after": "0" } });
  await server.traced.tasks.run(say);
  expect(tree()).toEqual([
    "run pkg::say",
    "  POST /v1/tasks",
    "  pause before retry",
    "  POST /v1/tasks",
    "  wait",
    "    GET /v1/tasks/{id}",
  ]);
  const posts = exporter.getFinishedSpans().filter(({ name }) => name === "POST /v1/tasks");
  expect(
    posts.map(({ attributes, status }) => [attributes["http.response.status_code"], status.code]),
  ).toEqual([
    [503, SpanStatusCode.ERROR],
    [200, SpanStatusCode.UNSET],
  ]);
  expect(posts.map(({ attributes }) => attributes["http.request.resend_count"])).toEqual([undefined, 1]);
  expect(named("pause before retry")?.attributes).toEqual({
    "oomol.request": "POST /v1/tasks",
    "http.request.resend_count": 1,
  });
});

test("a run that fails is a span with its error; no token and no query is in any span", async () => {
  const apiToken = "api-secret-token";
  await using server = await open({ apiToken }, { apiToken, retry: false });
  server.fake.inject({ kind: "status", status: 400 });
  await expect(server.traced.tasks.run(say)).rejects.toThrow("400");
  expect(named("run pkg::say")).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: expect.stringContaining("400") },
    attributes: { "error.type": "api_error" },
    events: [{ name: "exception" }],
  });
  await server.traced.tasks.list({ limit: 3, blockId: "private" });
  const shown = JSON.stringify(
    exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
  expect(shown).not.toContain(apiToken);
  expect(shown).not.toContain("private");
});

test("uploads that resume are below the run that takes them, whatever their ids", async () => {
  await using server = await serveTus();
  const options: ClientOptions = { baseUrl: server.baseUrl, resumableAboveBytes: 1_000 };
  const client = createTracedClient(OomolConnectClient, options);
  await client.tasks.run({ blockId: "a::b", files: [{ data: new Uint8Array(2_000), name: "film" }] });
  const lines = tree();
  expect(lines[0]).toBe("run a::b");
  expect(lines).toEqual(expect.arrayContaining(["  POST /v1/uploads", "  PATCH /v1/uploads/{id}"]));
  expect(lines.filter((line) => !line.startsWith(" "))).toHaveLength(1);
});

test("no answer is a failed request", async () => {
  const options = { baseUrl: "http://127.0.0.1:1/api", retry: false } as const;
  const client = createTracedClient(OomolConnectClient, options);
  await expect(client.blocks.list()).rejects.toThrow();
  expect(named("GET /v1/blocks")).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { "error.type": "_OTHER", "server.address": "127.0.0.1", "server.port": 1 },
  });
});

test("a server that announces other extensions is told of no trace", async () => {
  await using server = await open({ extensions: ["wait"] });
  await server.traced.blocks.list();
  await server.traced.tasks.run(say);
  const [first, ...others] = server.fake.requests.map(({ headers }) => headers.traceparent);
  // Before its first answer it may be one that takes it, and outside of pages the header harms nobody.
  expect(first).toMatch(/^00-/);
  expect(others.every((traceparent) => traceparent === undefined)).toBe(true);
  expect(named("run pkg::say")).toBeDefined();
});

test("in a page of another origin the server is asked first, once", async () => {
  vi.stubGlobal("location", { href: "https://app.example.com/shop" });
  await using server = await open();
  await server.traced.tasks.run(say);
  await server.traced.tasks.run(say);
  const sent = server.fake.requests.map(({ method, path, headers }) => [
    `${method} ${path.replace(/tasks\/.*/, "tasks/ID")}`,
    headers.traceparent !== undefined,
  ]);
  expect(sent.slice(0, 2)).toEqual([
    ["GET /v1/blocks", false],
    ["POST /v1/tasks", true],
  ]);
  expect(sent.filter(([request]) => request === "GET /v1/blocks")).toHaveLength(1);
});

test("a trace that is not recorded is passed on as such", async () => {
  register(new AlwaysOffSampler());
  await using server = await open();
  await server.traced.tasks.run(say);
  expect(exporter.getFinishedSpans()).toEqual([]);
  expect(server.fake.requests[0]?.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

test("without an SDK nothing is made and nothing is sent", async () => {
  trace.disable();
  await using server = await open();
  await server.traced.tasks.run(say);
  expect(server.fake.requests.every(({ headers }) => headers.traceparent === undefined)).toBe(true);
});

test("a start, a creation and a wait are spans; what a run's handle asks for is below its start", async () => {
  await using server = await open();
  const run = await server.traced.tasks.start(say);
  await run.result();
  const { task } = await server.traced.tasks.create(say);
  await server.traced.tasks.waitForCompletion(task.id);
  expect([...new Set(tree())]).toEqual([
    "start pkg::say",
    "  POST /v1/tasks",
    "  GET /v1/tasks/{id}",
    "create pkg::say",
    "wait",
  ]);
  expect(named("start pkg::say")?.attributes["oomol.task.id"]).toBe(run.id);
  expect(named("wait")?.attributes["oomol.task.id"]).toBe(task.id);
});

test("hooks of the caller's own are called as before, and their headers win", async () => {
  const seen: string[] = [];
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const hooks = {
    onRequest: () => ({ traceparent }),
    onResponse: ({ status }: { status: number | undefined }) => void seen.push(String(status)),
    onWarning: (message: string) => void seen.push(message),
  };
  await using server = await open({}, { hooks });
  await server.traced.blocks.list();
  expect(seen).toEqual(["200"]);
  expect(server.fake.requests[0]?.headers.traceparent).toBe(traceparent);
});

test("requests can be left to an instrumentation of the runtime", async () => {
  await using server = await open({}, {}, { requests: false });
  await server.traced.tasks.run(say);
  expect(tree()).toEqual(["run pkg::say"]);
  expect(server.fake.requests.every(({ headers }) => headers.traceparent === undefined)).toBe(true);
});
