import { type Handler, serve } from "@oomol/test-helpers/serve";
import { expect, test } from "vitest";
import { createConnectProxy } from "../src/proxy/index.ts";
import { openProxy } from "./helpers/open-proxy.ts";

const apiToken = "api-secret-of-the-server";

/** A server that misbehaves, and what a page gets of it. */
async function ask(handler: Handler, path = "/v1/tasks/id", options: { timeoutMs?: number } = {}) {
  await using server = await serve(handler);
  await using proxy = await openProxy({ baseUrl: `${server.origin}/api`, apiToken, ...options });
  const response = await fetch(proxy.baseUrl + path, { redirect: "manual" });
  const text = await response.text();
  const headers = JSON.stringify([...response.headers]);
  expect(text + headers).not.toContain(apiToken);
  expect(text + headers).not.toContain(String(server.port));
  return { status: response.status, headers: response.headers, text, failures: proxy.failures };
}

const refusal = (message: string) => JSON.stringify({ success: false, message, error: { message } });
const json = { "content-type": "application/json" };

test("a redirect is neither followed nor passed on", async () => {
  const asked: (string | undefined)[] = [];
  const answer = await ask((request, response) => {
    asked.push(request.url);
    response.writeHead(307, { location: `http://${request.headers.host}/elsewhere` }).end();
  });
  expect(answer).toMatchObject({
    status: 502,
    text: refusal("The Connect server redirects, which the proxy does not follow."),
  });
  expect(answer.headers.has("location")).toBe(false);
  expect(asked).toEqual(["/api/v1/tasks/id"]);
});

test("the trace of a page goes on with a creation, unless it is malformed", async () => {
  const seen: unknown[] = [];
  await using server = await serve((request, response) => {
    if (request.method === "POST") seen.push([request.headers.traceparent, request.headers.tracestate]);
    request.resume().on("end", () => response.writeHead(500).end());
  });
  await using proxy = await openProxy({ baseUrl: `${server.origin}/api` });
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const body = JSON.stringify({ manifest: "ok::block", inputValues: [] });
  for (const trace of [
    { traceparent, tracestate: "app=1" },
    { traceparent: "00-x", tracestate: "app=1" },
  ]) {
    await fetch(`${proxy.baseUrl}/v1/tasks`, { method: "POST", headers: { ...json, ...trace }, body });
  }
  expect(seen).toEqual([
    [traceparent, "app=1"],
    [undefined, undefined],
  ]);
});

test("an upload is not sent to where a server redirects it", async () => {
  const asked: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    asked.push(request.url);
    request.resume().on("end", () => response.writeHead(307, { location: "/elsewhere" }).end());
  });
  await using proxy = await openProxy({ baseUrl: `${server.origin}/api` });
  const upload = proxy.client.tasks.createWithFiles("ok::block", {}, new File(["a"], "a"));
  await expect(upload).rejects.toMatchObject({ status: 502 });
  expect(new Set(asked)).toEqual(new Set(["/api/v1/tasks"]));
});

test.each([
  [401, "The Connect server refused the proxy (401)."],
  [403, "The Connect server refused the proxy (403)."],
  [500, "The Connect server failed (500)."],
])("a %d of the server is the proxy's trouble, not the page's", async (status, message) => {
  const stack = `Error: at /srv/app.js with ${apiToken}`;
  const body = JSON.stringify({ success: false, message: stack, error: { message: stack, stack } });
  const answer = await ask((_, response) => void response.writeHead(status, json).end(body));
  expect(answer).toMatchObject({ status: 502, text: refusal(message) });
});

test("a reason of the server reaches the page without the token and without a stack", async () => {
  const error = { message: `no task for ${apiToken}`, stack: "at /srv/app.js" };
  const answer = await ask(
    (_, response) => void response.writeHead(404, json).end(JSON.stringify({ error })),
  );
  expect(answer).toMatchObject({ status: 404, text: refusal("no task for [redacted]") });
});

test("a refusal under 200 loses its stack too", async () => {
  const error = { message: "not now", stack: "at /srv/app.js" };
  const body = JSON.stringify({ success: false, error });
  const answer = await ask((_, response) => void response.writeHead(200, json).end(body));
  expect(answer).toMatchObject({ status: 200, text: refusal("not now") });
});

test("being busy keeps its Retry-After", async () => {
  const answer = await ask((_, response) => void response.writeHead(503, { "retry-after": "7" }).end("busy"));
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("7");
});

test.each(["/v1/blocks", "/v1/tasks/id", "/v1/tasks/id/logs", "/packages"])(
  "a page in the place of JSON never becomes one of the app: %s",
  async (path) => {
    const page = "<script>alert(document.cookie)</script>";
    const answer = await ask(
      (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end(page),
      path,
    );
    expect(answer.status).toBe(502);
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(answer.text).not.toContain("script");
  },
);

test("headers of the connection, cookies and rights do not come back", async () => {
  const answer = await ask((_, response) => {
    response.setHeader("set-cookie", ["a=b", "c=d"]);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("server", "secret/1.0");
    // The proxy has no route for `delete`.
    response.setHeader("connect-extensions", "wait, evil, delete, status");
    response.writeHead(200, json).end('{"task":{"id":"1","status":"running"}}');
  });
  const names = [...answer.headers.keys()];
  expect(names).not.toEqual(expect.arrayContaining(["set-cookie"]));
  expect(names.filter((name) => /cookie|allow-origin|^server$/.test(name))).toEqual([]);
  expect(answer.headers.get("connect-extensions")).toBe("wait");
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("an answer in chains of compression is passed on unpacked, with a true length", async () => {
  const { gzipSync } = await import("node:zlib");
  const answer = await ask((_, response) => {
    const packed = gzipSync("x".repeat(10_000));
    response.writeHead(200, {
      "content-type": "text/plain",
      "content-encoding": "gzip",
      "content-length": packed.length,
    });
    response.end(packed);
  }, "/v1/tasks/id/files/a.txt");
  expect(answer.text).toBe("x".repeat(10_000));
  expect(answer.headers.get("content-encoding")).toBeNull();
});

test("a server that cannot be reached, hangs, or hangs in the middle", async () => {
  const closed = await serve(() => undefined);
  await closed[Symbol.asyncDispose]();
  await using proxy = await openProxy({ baseUrl: closed.origin, apiToken });
  const response = await fetch(`${proxy.baseUrl}/v1/blocks`);
  expect([response.status, await response.text()]).toEqual([
    502,
    refusal("The Connect server could not be reached."),
  ]);
  expect(proxy.failures.map(String).join()).toContain("fetch failed");

  const late = { status: 504, text: refusal("The Connect server did not answer in time.") };
  expect(await ask(() => undefined, "/v1/tasks/id", { timeoutMs: 100 })).toMatchObject(late);
  const half: Handler = (_, response) => void response.writeHead(200, json).write('{"task":');
  expect(await ask(half, "/v1/tasks/id", { timeoutMs: 100 })).toMatchObject(late);
});

test("what the app throws closes the door, and only the app learns why", async () => {
  const failures: unknown[] = [];
  const make = (options: object) =>
    createConnectProxy({
      baseUrl: "http://server.test/api",
      allowBlocks: ["ok::block"],
      authorize: () => true,
      onFailure: (failure) => failures.push(failure),
      fetch: async () => Response.json({ task: { id: "1", status: "created" } }),
      ...options,
    });
  const create = () =>
    new Request("http://app.test/api/v1/tasks", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"manifest":"ok::block"}',
    });
  const broken = () => {
    throw new Error("the database at 10.0.0.7 is gone");
  };
  for (const options of [
    { authorize: broken },
    { apiToken: broken },
    { allowBlocks: broken },
    { onTaskCreated: broken },
  ]) {
    const response = await make(options)(create());
    expect([Object.keys(options), response.status]).toEqual([Object.keys(options), 500]);
    expect(await response.text()).not.toContain("10.0.0.7");
  }
  expect(failures).toHaveLength(4);
  for (const answer of [undefined, 1, "yes", {}, null]) {
    expect([answer, (await make({ authorize: () => answer })(create())).status]).toEqual([answer, 403]);
  }
  const token = "api-\r\nX-Evil: 1";
  expect((await make({ apiToken: token })(create())).status).toBe(500);
});

test("pages of origins that are named may call, and read what the clients read", async () => {
  const proxy = createConnectProxy({
    baseUrl: "http://server.test/api",
    allowBlocks: ["ok::block"],
    authorize: "public",
    allowedOrigins: ["https://app.example"],
    fetch: async () => Response.json({ blocks: [] }),
  });
  const ask = (method: string, headers: Record<string, string>) =>
    proxy(new Request("http://app.test/api/v1/blocks", { method, headers }));
  const asking = { "access-control-request-method": "POST", "access-control-request-headers": "prefer" };
  const preflight = await ask("OPTIONS", { origin: "https://app.example", ...asking });
  expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([
    204,
    "https://app.example",
  ]);
  // A download that broke off asks for the rest with both conditions.
  const allowed = preflight.headers.get("access-control-allow-headers")?.split(", ");
  expect(allowed).toEqual(expect.arrayContaining(["prefer", "idempotency-key", "range", "if-range"]));
  expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
  const answer = await ask("GET", { origin: "https://app.example", "sec-fetch-site": "cross-site" });
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
    200,
    "https://app.example",
  ]);
  expect(answer.headers.get("vary")).toContain("Origin");
  const exposed = answer.headers.get("access-control-expose-headers")?.split(", ");
  expect(exposed).toEqual(expect.arrayContaining(["Connect-Extensions", "ETag", "X-Request-Id"]));
  for (const origin of ["https://app.example.evil.test", "http://app.example", "https://APP.example", "null"])
    expect([origin, (await ask("GET", { origin, "sec-fetch-site": "cross-site" })).status]).toEqual([
      origin,
      403,
    ]);
  // Behind what ends TLS the scheme is another one, the host the same.
  expect((await ask("GET", { origin: "https://app.test" })).status).toBe(200);
});
