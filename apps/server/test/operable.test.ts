import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { pino } from "pino";
import { expect, test } from "vitest";
import { openTestServer, toNodes } from "./open-test-server.ts";

test("tells Prometheus what it does, but only callers that it knows", async () => {
  await using server = await openTestServer({ tokens: ["api-one"] });
  const headers = { Authorization: "api-one" };
  const created = await server.create("lab::shout", { text: "x" }, headers);
  const { task } = (await created.json()) as { task: { id: string } };
  await server.getJson(`/v1/tasks/${task.id}`, { headers: { ...headers, Prefer: "wait=60" } });
  expect((await fetch(new URL("/metrics", server.url))).status).toBe(401);
  const response = await fetch(new URL("/metrics", server.url), { headers });
  expect(response.headers.get("Content-Type")).toMatch(/^text\/plain; version=/);
  const text = await response.text();
  expect(text).toContain('connect_tasks{status="completed"} 1');
  expect(text).toContain("connect_task_queue_wait_seconds_count 1");
  expect(text).toMatch(/connect_executors\{state="cold"\} 0/);
  expect(text).toContain('connect_executor_starts_total{purpose="task"} 1');
  expect(text).toMatch(/connect_http_request_seconds_count\{method="POST",status="200"\} 1/);
  await expect
    .poll(async () => (await fetch(new URL("/metrics", server.url), { headers })).text())
    .toContain('connect_task_run_seconds_count{status="completed"} 1');
});

test("says when it is ready", async () => {
  await using server = await openTestServer();
  const response = await fetch(new URL("/readyz", server.url));
  expect([response.status, await response.json()]).toEqual([200, { status: "ready" }]);
});

test("describes its API, as its answers really are", async () => {
  await using server = await openTestServer({ registry: "http://127.0.0.1:9" }); // nobody there
  const { paths } = await server.getJson<{ paths: Paths }>("/openapi.json");
  const id = await server.start("lab::shout", { text: "x" });
  await server.waitForEnd(id);
  const post = { method: "POST", headers: { "Content-Type": "application/json" } };
  const manifest = "lab::shout";
  const bodies: Record<string, object> = {
    "/v1/tasks": { manifest, inputValues: toNodes({ text: "x" }) },
    "/packages/install": { name: "no-such", version: "file" },
  };
  const seen: string[] = [];
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({ path, method, responses })),
  );
  // What is deleted cannot be asked for any more.
  operations.sort((one, other) => Number(one.method === "delete") - Number(other.method === "delete"));
  for (const { path, method, responses } of operations) {
    if (path.includes("{path}")) continue; // bytes
    if (["head", "options"].includes(method)) continue; // headers
    const body = JSON.stringify(bodies[path] ?? {});
    const init = method === "post" ? { ...post, body } : { method: method.toUpperCase() };
    const response = await server.request(path.replace("{id}", id), init);
    const answer: unknown = await response.json();
    const { content } = responses[String(response.status)] ?? responses.default ?? {};
    const validate = new Ajv2020({ strict: false }).compile(content?.["application/json"].schema ?? false);
    expect([method, path, validate(answer), validate.errors]).toEqual([method, path, true, null]);
    seen.push(`${method} ${path} ${response.status}`);
  }
  expect(seen.toSorted()).toEqual([
    ...["delete /packages/install/{id} 404", "delete /v1/tasks/{id} 200", "delete /v1/uploads/{id} 412"],
    ...["get /packages 200", "get /packages/install 200", "get /packages/install/{id} 404"],
    ...[
      "get /v1/blocks 200",
      "get /v1/status 200",
      "get /v1/tasks 200",
      "get /v1/tasks/{id} 200",
      "get /v1/tasks/{id}/logs 200",
      "get /v1/webhooks/deliveries 200",
      "get /v1/webhooks/secret 200",
    ],
    "patch /v1/uploads/{id} 412",
    ...["post /packages/install 200", "post /rpc/listApplets 200", "post /v1/events/{stream} 400"],
    "post /v1/tasks 200",
    "post /v1/tasks/{id}/stop 200",
    "post /v1/uploads 412",
    ...["post /v1/webhooks/deliveries/{id}/repeat 404", "post /v1/webhooks/secret/rotate 200"],
  ]);
});

test("logs requests and tasks as JSON, and never a token", async () => {
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  await using server = await openTestServer({ log, tokens: ["api-canary"] });
  const headers = { Authorization: "api-canary" };
  const created = await server.create("lab::shout", { text: "x" }, headers);
  const { task } = (await created.json()) as { task: { id: string } };
  await server.getJson(`/v1/tasks/${task.id}?token=api-canary`, {
    headers: { ...headers, Prefer: "wait=60" },
  });
  await server.request("/v1/blocks", { headers: { Authorization: "Bearer api-canary" } });
  await expect.poll(() => lines.join("")).toContain("a task has ended");
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ method: "POST", path: "/api/v1/tasks", status: 200 }),
  );
  expect(lines.join("")).not.toContain("canary");
});

test("has help that fits a terminal and names every option once", async () => {
  const program = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
  const args = ["--conditions=@oomol/source", program, "--help"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(105);
  const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
  expect(options.length).toBeGreaterThan(20);
  expect(new Set(options).size).toBe(options.length);
  expect(stdout).toMatch(/^Packages:\n {2}--packages/m);
  expect(stdout).not.toContain("default: []");
});

test("says its version", async () => {
  const program = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
  const args = ["--conditions=@oomol/source", program, "--version"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

interface Paths {
  [path: string]: Record<
    string,
    { responses: Record<string, { content?: { "application/json": { schema: object } } }> }
  >;
}
