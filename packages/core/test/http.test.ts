import { inspect } from "node:util";
import {
  ConnectionError,
  createDebugHooks,
  InvalidInputError,
  OomolConnectClient,
  OomolConnectError,
  UnexpectedResponseError,
} from "@oomol/connect-core";
import { describe, expect, test } from "vitest";
import { clockAfter } from "./helpers/clock-after.ts";
import { serve } from "./helpers/serve.ts";

const block = { blockId: "pkg::echo", inputValues: { text: "Hello" } };

describe("authentication", () => {
  test("sends the token exactly as given", async () => {
    await using server = await serve({}, { apiToken: "api-123456" });
    await server.client.tasks.list();
    expect(server.fake.requests[0]?.headers.authorization).toBe("api-123456");
  });

  test("asks a token function afresh for each request", async () => {
    let calls = 0;
    await using server = await serve({}, { apiToken: async () => `token-${++calls}` });
    await server.client.tasks.list();
    await server.client.tasks.list();
    expect(server.fake.requests.map((request) => request.headers.authorization)).toEqual([
      "token-1",
      "token-2",
    ]);
  });

  test("an explicit Authorization header wins over the token", async () => {
    await using server = await serve(
      {},
      { apiToken: "from-token", defaultHeaders: { Authorization: "from-header" } },
    );
    await server.client.tasks.list();
    expect(server.fake.requests[0]?.headers.authorization).toBe("from-header");
  });

  test("a token function that fails for a moment ends no wait, and one that goes on failing is told", async () => {
    const cause = new TypeError("fetch failed");
    let calls = 0;
    let isOffline = (call: number): boolean => call === 2 || call === 3;
    const apiToken = async () => {
      calls += 1;
      if (isOffline(calls)) throw cause;
      return "api-123456";
    };
    await using server = await serve(
      { onTask: (task) => task.setStatus("running") },
      { apiToken, retry: { baseMs: 0 } },
    );
    const run = await server.client.tasks.start(block);
    const result = run.result();
    await expect.poll(() => calls).toBeGreaterThan(3);
    server.fake.tasks.get(run.id)?.complete({ a: 1 });
    expect((await result).result).toEqual({ a: 1 });

    isOffline = () => true;
    const failure = await server.client.tasks.create(block).catch(keep);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject({ mayHaveHappened: false, isRetryable: true });
    expect(String(failure)).toContain("`apiToken` failed: fetch failed");
    expect((failure as Error).cause).toBe(cause);
    expect(server.fake.tasks.size).toBe(1);
  });

  test("an abort while the token is awaited leaves nothing to stop: the task is never created", async () => {
    const asked = Promise.withResolvers<void>();
    const token = Promise.withResolvers<string>();
    const apiToken = () => {
      asked.resolve();
      return token.promise;
    };
    await using server = await serve({}, { apiToken });
    const abort = new AbortController();
    const options = { signal: abort.signal, stopOnAbort: true };
    const run = expect(server.client.tasks.run(block, options)).rejects.toBe("enough");
    await asked.promise;
    abort.abort("enough");
    await run;
    token.resolve("api-123456");
    await server.client.close();
    expect(server.fake.requests).toEqual([]);
  });

  test("a wrong token is told with what to do", async () => {
    await using server = await serve({ apiToken: "api-right" }, { apiToken: "api-wrong" });
    const failure = await server.client.blocks.list().catch(keep);
    expect(failure).toMatchObject({ name: "ApiError", status: 401, isRetryable: false, path: "/v1/blocks" });
    expect(String(failure)).toBe(
      "ApiError: GET /v1/blocks was answered with 401: wrong token. Check the client's `apiToken`.",
    );
  });
});

describe("options that cannot work are refused at once", () => {
  test.each([
    [{ baseUrl: "http://" }, /"http:\/\/" is no address/],
    [{ baseUrl: "ftp://host/api" }, /http: or https:/],
    [{ baseUrl: "http://user:secret@host/api" }, /apiToken/],
    [{ baseUrl: "http://host/api?x=1" }, /query/],
    [{ baseUrl: "http://host/api", timeoutMs: 0 }, /timeoutMs: expected a number above 0, got 0/],
  ])("%o", (options, message) => {
    expect(() => new OomolConnectClient(options)).toThrow(InvalidInputError);
    expect(() => new OomolConnectClient(options)).toThrow(message);
  });

  test("but for an address that only a page can complete, which fails the first request", async () => {
    const client = new OomolConnectClient();
    const failure = await client.tasks.list().catch(keep);
    expect(failure).toBeInstanceOf(InvalidInputError);
    expect(String(failure)).toMatch(/"\/api" is relative, and there is no page/);
  });

  test("and the caller's object stays as it was", () => {
    const options = Object.freeze({ baseUrl: "http://host/api/", retry: Object.freeze({ limit: 1 }) });
    new OomolConnectClient(options);
    expect(options).toEqual({ baseUrl: "http://host/api/", retry: { limit: 1 } });
  });
});

describe("retries", () => {
  const retry = { baseMs: 1, maxMs: 2 };

  test.each([
    ["a reset", { kind: "reset" }],
    ["502", { kind: "status", status: 502 }],
    ["an HTML page", { kind: "html" }],
  ] as const)("a read is repeated after %s", async (_, fault) => {
    await using server = await serve({}, { retry });
    server.fake.inject(fault, { times: 2 });
    await expect(server.client.tasks.list()).resolves.toEqual({ tasks: [] });
    expect(server.fake.requests).toHaveLength(3);
  });

  test("a read is not repeated after 400, nor more often than allowed", async () => {
    await using server = await serve({}, { retry: { ...retry, limit: 2 } });
    server.fake.inject({ kind: "status", status: 400 });
    await expect(server.client.tasks.list()).rejects.toMatchObject({ status: 400 });
    server.fake.inject({ kind: "status", status: 500 }, { times: 9 });
    await expect(server.client.tasks.list()).rejects.toMatchObject({ status: 500 });
    expect(server.fake.requests).toHaveLength(1 + 3);
  });

  test("a creation whose connection broke is not repeated, and the error says that the task may exist", async () => {
    await using server = await serve({}, { retry });
    server.fake.inject({ kind: "reset-after" }, { method: "POST" });
    const failure = await server.client.tasks.create(block).catch(keep);
    expect(failure).toMatchObject({ name: "ConnectionError", mayHaveHappened: true });
    expect(String(failure)).toContain("may exist");
    expect(server.fake.tasks.size).toBe(1);
  });

  test.each([
    ["429", { kind: "status", status: 429 }],
    ["503 with Retry-After", { kind: "status", status: 503, headers: { "retry-after": "0" } }],
  ] as const)("a creation that surely did not happen is repeated: %s", async (_, fault) => {
    await using server = await serve({}, { retry });
    server.fake.inject(fault, { method: "POST", times: 2 });
    await server.client.tasks.create(block);
    expect(server.fake.tasks.size).toBe(1);
  });

  test.each([500, 503])("a creation is not repeated after %i, which may come too late", async (status) => {
    await using server = await serve({}, { retry });
    server.fake.inject({ kind: "status", status }, { method: "POST" });
    await expect(server.client.tasks.create(block)).rejects.toMatchObject({ status });
    expect(server.fake.requests).toHaveLength(1);
  });

  test("under an idempotency key, one task comes of all attempts", async () => {
    await using server = await serve({ extensions: ["idempotency"] }, { retry });
    await server.client.tasks.list();
    server.fake.inject({ kind: "reset-after" }, { method: "POST", times: 2 });
    await server.client.tasks.create(block);
    const keys = server.fake.requestsTo("POST", /tasks/).map((request) => request.headers["idempotency-key"]);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(server.fake.tasks.size).toBe(1);
    await server.client.tasks.create(block);
    expect(server.fake.tasks.size).toBe(2);
  });

  test("no key goes to a server that has not announced the extension", async () => {
    await using server = await serve();
    await server.client.tasks.list();
    await server.client.tasks.create(block);
    expect(server.fake.requests[1]?.headers).not.toHaveProperty("idempotency-key");
  });

  test.each([
    ["seconds", "4"],
    ["a date", () => new Date(Date.now() + 4_000).toUTCString()],
  ])("Retry-After as %s is honoured", async (_, value) => {
    const pauses: number[] = [];
    const clock = {
      now: () => performance.now(),
      delay: async (durationMs: number) => void pauses.push(durationMs),
    };
    await using server = await serve({}, { clock });
    const header = typeof value === "string" ? value : value();
    server.fake.inject({ kind: "status", status: 503, headers: { "retry-after": header } });
    await server.client.tasks.list();
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThan(2_500);
    expect(pauses[0]).toBeLessThanOrEqual(4_000);
  });

  test("a Retry-After beyond the cap is reported instead of waited for", async () => {
    await using server = await serve();
    server.fake.inject({ kind: "status", status: 503, headers: { "retry-after": "3600" } });
    await expect(server.client.tasks.list()).rejects.toMatchObject({ status: 503, retryAfterMs: 3_600_000 });
  });
});

describe("failures", () => {
  test("no server there", async () => {
    const { baseUrl } = await closedServer();
    const client = new OomolConnectClient({ baseUrl, retry: false });
    const failure = await client.blocks.list().catch(keep);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(String(failure)).toContain("the connection was refused; no server listens there");
  });

  test("200 with success: false", async () => {
    await using server = await serve();
    server.fake.inject({
      kind: "status",
      status: 200,
      body: { success: false, error: { message: "no room" } },
    });
    const failure = await server.client.packages.install("a", "1.0.0").catch(keep);
    expect(failure).toMatchObject({ name: "ApiError", status: 200, body: { success: false } });
    expect(String(failure)).toContain("no room");
  });

  test("an answer that lacks what the client needs names the field", async () => {
    await using server = await serve({}, { retry: false });
    server.fake.inject({ kind: "status", status: 200, body: { task: { id: 7, status: "running" } } });
    const failure = await server.client.tasks.get("x").catch(keep);
    expect(failure).toBeInstanceOf(UnexpectedResponseError);
    expect(failure).toMatchObject({ field: "task.id", seen: "7" });
  });

  test("a redirect is told, not followed", async () => {
    await using server = await serve({}, { apiToken: "api-123456" });
    server.fake.inject({ kind: "status", status: 302, headers: { location: "http://elsewhere.test/" } });
    await expect(server.client.tasks.list()).rejects.toThrow("Redirects are not followed: check `baseUrl`.");
  });

  test("a request without an answer ends at its timeout", async () => {
    const clock = clockAfter(() => server.requestsReceived(1));
    await using server = await serve({}, { timeoutMs: 60, retry: false, clock });
    server.fake.inject({ kind: "hang" });
    await expect(server.client.tasks.list()).rejects.toThrow(
      "Timed out after 60 ms, waiting for an answer to GET /v1/tasks.",
    );
    await server.requestAborted();
  });

  test("a creation without an answer may have happened, whichever time is over", async () => {
    const sent: unknown[] = [];
    const counted: typeof fetch = (input, init) => {
      sent.push(init?.method);
      return fetch(input, init);
    };
    const clock = clockAfter(() => server.requestsReceived(sent.length + 1));
    await using server = await serve({}, { timeoutMs: 60, fetch: counted, clock });
    server.fake.inject({ kind: "hang" }, { method: "POST", times: 3 });
    const { tasks, packages } = server.client;
    const doubtful = { name: "TimeoutError", mayHaveHappened: true };
    await expect(tasks.create(block)).rejects.toMatchObject(doubtful);
    await expect(tasks.run(block, { timeoutMs: 30 })).rejects.toMatchObject(doubtful);
    await expect(packages.installAndWait("a", "1.0.0", { timeoutMs: 30 })).rejects.toMatchObject(doubtful);
    expect(sent).toEqual(["POST", "POST", "POST"]);
    server.fake.inject({ kind: "hang" }, { times: 4 });
    const reading = new OomolConnectClient({ baseUrl: server.baseUrl, timeoutMs: 60 });
    const failed = { name: "TimeoutError", mayHaveHappened: false };
    await expect(reading.tasks.list()).rejects.toMatchObject(failed);
  });

  test("unknown fields are kept, wrong optional ones are dropped", async () => {
    await using server = await serve();
    const task = { id: "x", status: "running", created_at: null, project_id: 7, extra: { kept: true } };
    server.fake.inject({ kind: "status", status: 200, body: { task, success: true } });
    const answer = await server.client.tasks.get("x");
    expect(answer.task).toEqual({ id: "x", status: "running", extra: { kept: true } });
  });

  test("an id cannot leave its place in the path", async () => {
    await using server = await serve();
    await expect(server.client.tasks.get("../blocks?x=1#y")).rejects.toMatchObject({ status: 404 });
    expect(server.fake.requests[0]?.path).toBe("/v1/tasks/..%2Fblocks%3Fx%3D1%23y");
    await expect(server.client.tasks.get("..")).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("the token shows nowhere", () => {
  const token = "api-canary-5d41402abc4b2a76";

  test.each([
    ["the server's own words", { kind: "status", status: 400, body: { message: `bad token ${token}` } }],
    ["an HTML page", { kind: "status", status: 502, body: `<p>${token}</p>` }],
    ["an answer of the wrong shape", { kind: "status", status: 200, body: { tasks: token } }],
    ["a reset", { kind: "reset" }],
  ] as const)("%s", async (_, fault) => {
    await using server = await serve({}, { apiToken: token, retry: false });
    server.fake.inject(fault);
    const failure = await server.client.tasks.list().catch(keep);
    expect(failure).toBeInstanceOf(OomolConnectError);
    expect(shown(failure)).not.toContain(token);
  });

  test("a token that no header can carry", async () => {
    const client = new OomolConnectClient({ baseUrl: "http://127.0.0.1:9/api", apiToken: `${token}\n` });
    const failure = await client.tasks.list().catch(keep);
    expect(failure).toBeInstanceOf(InvalidInputError);
    expect(shown(failure)).not.toContain(token);
  });

  test("a fetch whose own error shows the request", async () => {
    const fetch = () => {
      throw Object.assign(new TypeError("fetch failed"), {
        request: { headers: { authorization: `Bearer ${token}` } },
      });
    };
    const client = new OomolConnectClient({
      baseUrl: "http://h.test/api",
      apiToken: `Bearer ${token}`,
      fetch,
      retry: false,
    });
    const failure = await client.tasks.list().catch(keep);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(shown(failure)).not.toContain(token);
  });

  test("the client itself", () => {
    const client = new OomolConnectClient({ baseUrl: "http://h.test/api", apiToken: token });
    expect(shown(client)).not.toContain(token);
  });

  function shown(value: unknown): string {
    const cause = value instanceof Error ? inspect(value.cause, { depth: 10, showHidden: true }) : "";
    return inspect(value, { depth: 10, showHidden: true }) + JSON.stringify(value) + String(value) + cause;
  }
});

test("hooks see each attempt, and may add headers", async () => {
  const lines: string[] = [];
  const hooks = {
    ...createDebugHooks((line) => lines.push(line.replace(/\d+ ms/, "N ms"))),
    onRequest: () => ({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }),
  };
  await using server = await serve({}, { hooks, retry: { baseMs: 0 } });
  server.fake.inject({ kind: "status", status: 500 });
  await server.client.tasks.list();
  expect(lines).toEqual([
    "GET /v1/tasks 500 N ms",
    "GET /v1/tasks again in N ms: GET /v1/tasks was answered with 500: a fault",
    "GET /v1/tasks 200 N ms (attempt 2)",
  ]);
  expect(server.fake.requests[0]?.headers.traceparent).toMatch(/^00-/);
});

function keep(failure: unknown): unknown {
  return failure;
}

async function closedServer(): Promise<{ baseUrl: string }> {
  await using server = await serve();
  return { baseUrl: server.baseUrl };
}

describe("an address without /api", () => {
  test.each([
    ["", true],
    ["/elsewhere", false],
  ])("%j: whether a call that is not found says so: %j", async (path, isSaid) => {
    const fetch = async () => Response.json({ error: "no such page" }, { status: 404 });
    await using client = new OomolConnectClient({ baseUrl: `http://host.test${path}`, fetch });
    const failure = await client.blocks.list().catch((error: Error) => error);
    expect(failure).toMatchObject({ status: 404 });
    expect(String(failure).endsWith(" Does `baseUrl` lack /api?")).toBe(isSaid);
  });
});
