import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { spanTree } from "@oomol/test-helpers/span-tree";
import * as api from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { createTracing } from "../src/tracing/tracing.ts";
import { describeBothServers } from "./both-servers.ts";
import { type CollectedSpans, collectSpans } from "./collect-spans.ts";
import { installStandIn } from "./oocana/install-stand-in.ts";
import { createFlow } from "./oocana/open-flow-server.ts";
import { fixturePackages, idOf, openTestServer, type TestClient } from "./open-test-server.ts";

const traced = fileURLToPath(new URL("./fixtures/traced", import.meta.url));
const packages = [fixturePackages, traced];

/** A caller's span, which is nowhere exported. */
function callersSpan(flags = "01") {
  const traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

async function runIn(
  server: TestClient,
  manifest: string,
  headers: Record<string, string>,
  inputs: Record<string, unknown> = {},
) {
  const id = await idOf(await server.create(manifest, inputs, headers));
  const { status } = await server.waitForEnd(id);
  const { result } = (await server.finish(id)) as { result?: Record<string, unknown> };
  return { id, status, result: result ?? {} };
}

describeBothServers(({ open }) => {
  test("a task is a part of the trace that its creation names, down to the libraries inside of its block", async () => {
    using spans = collectSpans();
    await using server = await open({ packages, spanIds: spans.spanIds });
    const { traceId, spanId, traceparent } = callersSpan();
    const { id, result } = await runIn(server, "traced::weave", { traceparent });

    const all = await spans.until(traceId, "run traced::weave");
    expect(spanTree(all)).toEqual([
      "POST /v1/tasks",
      "  queue",
      "  run traced::weave",
      "    start executor",
      "    block traced::weave",
      "      weave",
      "        knot",
      "    store end",
    ]);
    const [accepted, run, block, weave] = [
      "POST /v1/tasks",
      "run traced::weave",
      "block traced::weave",
      "weave",
    ].map((name) => all.find((span) => span.name === name));
    expect(accepted?.parentSpanContext?.spanId).toBe(spanId);
    expect(accepted).toMatchObject({
      kind: api.SpanKind.SERVER,
      attributes: {
        "http.request.method": "POST",
        "http.route": "/v1/tasks",
        "http.response.status_code": 200,
        "oomol.task.id": id,
        "oomol.block.id": "traced::weave",
      },
    });
    expect(run).toMatchObject({
      kind: api.SpanKind.CONSUMER,
      status: { code: api.SpanStatusCode.UNSET },
      attributes: { "oomol.task.id": id, "oomol.task.status": "completed", "oomol.package.version": "1.0.0" },
    });
    const blockSpan = block?.spanContext().spanId;
    expect(result).toMatchObject({
      trace: { traceparent: `00-${traceId}-${blockSpan}-01` },
      active: blockSpan,
    });
    expect(weave).toMatchObject({
      attributes: { "loom.threads": 3 },
      instrumentationScope: { name: "loom", version: "1.0.0" },
    });
  });

  test("a block that fails is a span with its error, and so is its task", async () => {
    using spans = collectSpans();
    await using server = await open({ packages, spanIds: spans.spanIds });
    const { traceId, traceparent } = callersSpan();
    const { status } = await runIn(server, "traced::weave", { traceparent }, { fails: true });
    expect(status).toBe("failed");
    const all = await spans.until(traceId, "run traced::weave");
    const statusOf = (name: string) => all.find((span) => span.name === name)?.status;
    expect(statusOf("block traced::weave")).toMatchObject({
      code: api.SpanStatusCode.ERROR,
      message: expect.stringContaining("the thread is torn"),
    });
    expect(statusOf("run traced::weave")).toEqual({
      code: api.SpanStatusCode.ERROR,
      message: "The task failed.",
    });
    expect(statusOf("POST /v1/tasks")).toEqual({ code: api.SpanStatusCode.UNSET });
  });

  test("without an SDK the block gets the trace as its caller sent it", async () => {
    await using server = await open({ packages });
    const { traceparent } = callersSpan("00");
    const headers = { traceparent, tracestate: "rojo=00f067aa0ba902b7, congo=t61rcWkgMzE" };
    const { result } = await runIn(server, "traced::pass-on", headers);
    expect(result).toEqual({
      trace: { traceparent, tracestate: "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE" },
    });
  });

  test("a malformed context is ignored, and so is one that the server does not announce to take", async () => {
    await using server = await open({ packages });
    const { traceparent } = callersSpan();
    for (const malformed of [
      `${traceparent}-more`,
      traceparent.toUpperCase(),
      "00-0-0-00",
      "x".repeat(10_000),
    ]) {
      const { result } = await runIn(server, "traced::pass-on", { traceparent: malformed });
      expect(result, malformed.slice(0, 80)).toEqual({ trace: null });
    }
    await using other = await open({ packages, extensions: ["wait"] });
    expect((await runIn(other, "traced::pass-on", { traceparent })).result).toEqual({ trace: null });
  });
});

test("a block that runs another is the parent of it", async () => {
  using spans = collectSpans();
  await using server = await openTestServer({ packages, spanIds: spans.spanIds });
  const { traceId, traceparent } = callersSpan();
  await runIn(server, "lab::nest", { traceparent }, { block: "traced::weave", given: { fails: false } });
  expect(spanTree(await spans.until(traceId, "run lab::nest"))).toEqual([
    "POST /v1/tasks",
    "  queue",
    "  run lab::nest",
    "    start executor",
    "    block lab::nest",
    "      block traced::weave",
    "        weave",
    "          knot",
    "    store end",
  ]);
});

/** The names from a span to each one below it. */
function waysBelow(spans: ReadableSpan[], top: string): string[] {
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  return spans.flatMap((span) => {
    const way = [span.name];
    for (let at: ReadableSpan | undefined = span; at; ) {
      at = byId.get(at.parentSpanContext?.spanId ?? "");
      if (at?.name === top) return [way.join("/")];
      if (at) way.unshift(at.name);
    }
    return [];
  });
}

/** Runs a flow of a span's, and answers with what its blocks have returned, by node. */
async function runFlow(
  server: TestClient,
  manifest: string,
  traceparent: string,
  nodes: Record<string, Record<string, unknown>> = {},
) {
  const { headers, ...create } = createFlow(manifest, nodes);
  const created = await server.request("/v1/tasks", { ...create, headers: { ...headers, traceparent } });
  const id = await idOf(created);
  const { status } = await server.waitForEnd(id);
  const ends = (await server.logs(id)).filter(({ type }) => type === "BlockFinished");
  return { status, results: new Map(ends.map(({ node_id, event }) => [node_id, event.result])) };
}

test("in a flow, what the libraries of a block make is below the span of its node", async () => {
  await using _oocana = await installStandIn();
  using spans = collectSpans();
  await using server = await openTestServer({ packages, spanIds: spans.spanIds });
  const { traceId, traceparent } = callersSpan();
  const { status, results } = await runFlow(server, "traced::mill", traceparent);
  expect(status).toBe("completed");
  const all = await spans.until(traceId, "run traced::mill");
  const flow = "flow traced::mill";
  expect(waysBelow(all, flow).sort()).toEqual(
    [
      "start engine",
      ...["node first", "node first/weave", "node first/weave/knot"],
      ...[
        "node shed",
        "node shed/node inner",
        "node shed/node inner/weave",
        "node shed/node inner/weave/knot",
      ],
      "node caller",
      ...["", "/weave", "/weave/knot"].map((part) => `node run_block::self::weave${part}`),
    ].sort(),
  );
  for (const node of ["first", "inner"]) {
    const span = all.find(({ name }) => name === `node ${node}`)?.spanContext().spanId;
    const place = { trace: { traceparent: `00-${traceId}-${span}-01` }, active: span };
    expect(results.get(node)).toMatchObject(place);
  }
});

test("what a block of a flow makes in the trace of another caller is dropped, and so is what is too much", async () => {
  await using _oocana = await installStandIn();
  using spans = collectSpans();
  await using server = await openTestServer({ packages, spanIds: spans.spanIds });
  const victim = callersSpan();
  const { traceId, traceparent } = callersSpan();
  const { status } = await runFlow(server, "traced::smithy", traceparent, {
    smith: { victim: victim.traceparent },
  });
  expect(status).toBe("completed");
  const names = (await spans.until(traceId, "run traced::smithy")).map(({ name }) => name);
  expect(names.filter((name) => name === "flood")).toHaveLength(1_998);
  expect(spans.of(victim.traceId)).toEqual([]);
});

test("each node of a flow is a span, and its block is told the span of the flow if nobody takes those of blocks", async () => {
  await using _oocana = await installStandIn();
  using spans = collectSpans();
  await using server = await openTestServer({ packages });
  const { traceId, traceparent } = callersSpan();
  const { results } = await runFlow(server, "traced::loom", traceparent);
  const all = await spans.until(traceId, "run traced::loom");
  const tree = spanTree(all);
  expect(tree.slice(0, 5)).toEqual([
    "POST /v1/tasks",
    "  queue",
    "  run traced::loom",
    "    flow traced::loom",
    "      start engine",
  ]);
  expect(tree.slice(5).sort()).toEqual(["      node first", "      node second", "    store end"].sort());
  const flow = all.find(({ name }) => name === "flow traced::loom")?.spanContext().spanId;
  expect([...results.values()]).toEqual([
    { trace: { traceparent: `00-${traceId}-${flow}-01` } },
    { trace: { traceparent: `00-${traceId}-${flow}-01` } },
  ]);
});

/** Which runs one task after the other, unless something is left in it. */
const oneProcess = { packages, concurrency: 1, spareExecutors: 1, isolation: "caller" } as const;

test("a process whose blocks make spans runs the next task, in its trace", async () => {
  using spans = collectSpans();
  await using server = await openTestServer({ ...oneProcess, spanIds: spans.spanIds });
  const pids: unknown[] = [];
  for (let task = 0; task < 5; task += 1) {
    const { traceId, traceparent } = callersSpan();
    const { result } = await runIn(server, "traced::weave", { traceparent });
    pids.push(result.pid);
    expect(await namesOf(spans, traceId)).toContain("knot");
  }
  // Of a task in no trace nobody makes spans, and it is told of none.
  const { result } = await runIn(server, "traced::weave", {});
  expect(new Set([...pids, result.pid]).size).toBe(1);
});

test("being told of a trace leaves nothing in a process", async () => {
  await using server = await openTestServer(oneProcess);
  const pids: unknown[] = [];
  for (let task = 0; task < 3; task += 1) {
    const { result } = await runIn(server, "traced::weave", { traceparent: callersSpan().traceparent });
    pids.push(result.pid);
  }
  expect(new Set(pids).size).toBe(1);
});

test("an SDK that a package registers itself finds the span active, in a process of its own", async () => {
  await using server = await openTestServer(oneProcess);
  const { traceId, spanId, traceparent } = callersSpan();
  const { result } = await runIn(server, "traced::own-sdk", { traceparent });
  expect(result.parent).toMatchObject({ traceId, spanId, isRemote: true });
  const again = await runIn(server, "traced::own-sdk", { traceparent });
  expect(again.result.pid).not.toBe(result.pid);
});

test("a request is below the span that an instrumentation has made of it, a task where it belongs", () => {
  using spans = collectSpans();
  const { traceId, traceparent } = callersSpan();
  const tracing = createTracing(api, "1.0.0");
  const instrumented = api.trace.getTracer("http").startSpan("POST");
  api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, instrumented), () => {
    tracing.start("POST /v1/tasks", { traceparent }, { kind: "server" }).end();
    tracing.start("run", { traceparent }, { kind: "consumer" }).end();
  });
  const other = spans.of(instrumented.spanContext().traceId).map(({ name }) => name);
  expect([other, spans.of(traceId).map(({ name }) => name)]).toEqual([["POST /v1/tasks"], ["run"]]);
});

test("a block cannot add spans to the trace of another caller", async () => {
  using spans = collectSpans();
  const { traceId, traceparent } = callersSpan();
  const victim = callersSpan();
  const span = createTracing(api, "1.0.0", spans.spanIds).start("x", { traceparent });
  const made = {
    name: "made up",
    kind: 0,
    spanId: callersSpan().spanId,
    parentSpanId: victim.spanId,
    start: [1, 0],
    end: [2, 0],
    status: { code: 0 },
    attributes: {},
    events: [],
    links: [],
    scope: { name: "block" },
  };
  span.relay(JSON.stringify({ ...made, traceId: victim.traceId }));
  span.relay(JSON.stringify({ ...made, traceId, attributes: { large: "x".repeat(5_000) } }));
  span.relay("no span");
  span.relay(JSON.stringify({ ...made, traceId }));
  expect(spans.of(victim.traceId)).toEqual([]);
  expect(spans.of(traceId).map(({ name, attributes }) => [name, attributes])).toEqual([["made up", {}]]);
});

async function namesOf(spans: CollectedSpans, traceId: string) {
  return (await spans.until(traceId, "run traced::weave")).map(({ name }) => name);
}
