import { randomBytes } from "node:crypto";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchPythonPackages } from "@oomol/test-helpers/fetch-python-packages";
import { beforeAll, expect, test, vi } from "vitest";
import { collectSpans } from "../collect-spans.ts";
import { idOf, openTestServer, type TestClient } from "../open-test-server.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const packages = [here("traced")];
const block = "traced-snake::read";

interface Told {
  traceId: string;
  spanId: string;
  state: string;
  isRemote: boolean;
  /** `TRACEPARENT` of a program that the block has started. */
  child: string;
  /** The process that the executor was started by. */
  parent: number;
}

beforeAll(() => {
  const advice =
    "These tests run what OOMOL publishes for Python: install a python3 of at least 3.10 with pip, and let it reach PyPI.";
  const executor = ["oomol-connect-sdk==1.0.3", "oocana==0.18.12", "oocana-python-executor==0.16.18"];
  const libraries = [fetchPythonPackages(executor, advice)];
  libraries.push(fetchPythonPackages(["opentelemetry-api==1.45.2"], advice));
  vi.stubEnv("OOMOL_TEST_PYTHON_PATH", libraries.join(delimiter));
  vi.stubEnv("PATH", [here("bin"), process.env.PATH].join(delimiter));
  return () => vi.unstubAllEnvs();
});

/** Runs the block for a caller's span, or for a caller without one. */
async function read(server: TestClient, traceparent?: string): Promise<Told> {
  const headers: Record<string, string> = traceparent ? { traceparent, tracestate: "congo=t61rcWkgMzE" } : {};
  const id = await idOf(await server.create(block, {}, headers));
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  return ((await server.finish(id)) as { result: { told: Told } }).result.told;
}

function newTrace() {
  const traceId = randomBytes(16).toString("hex");
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-01` };
}

const ways = [
  ["a process of its own", { spareExecutors: 0 }],
  ["forks of a process that has loaded its libraries", { spareExecutors: 1, concurrency: 1 }],
] as const;

for (const [way, options] of ways) {
  test(`a Python block in ${way} finds its span where OpenTelemetry looks for it, and so do programs of it`, async () => {
    using spans = collectSpans();
    await using server = await openTestServer({ packages, spanIds: spans.spanIds, ...options });
    const parents = new Set<number>();
    for (let task = 0; task < 3; task += 1) {
      const { traceId, traceparent } = newTrace();
      const { parent, ...told } = await read(server, traceparent);
      const all = await spans.until(traceId, `run ${block}`);
      const span = all.find(({ name }) => name === `block ${block}`);
      const spanId = span?.spanContext().spanId;
      const state = "congo=t61rcWkgMzE";
      expect(told).toEqual({ traceId, spanId, state, isRemote: true, child: `00-${traceId}-${spanId}-01` });
      parents.add(parent);
    }
    expect([...parents].filter((pid) => pid === process.pid)).toHaveLength(options.spareExecutors ? 0 : 1);
  });
}

test("a Python block in no trace is told of none, also after one that was in one", async () => {
  await using server = await openTestServer({ packages, spareExecutors: 1, concurrency: 1 });
  const { traceId, traceparent } = newTrace();
  const none = { traceId: "0".repeat(32), child: "" };
  expect(await read(server, traceparent)).toMatchObject({ traceId, child: traceparent });
  expect(await read(server)).toMatchObject(none);
  expect(await read(server)).toMatchObject(none);
  expect(await read(server, newTrace().traceparent)).not.toMatchObject(none);
});
