import { createHash, randomBytes } from "node:crypto";
import { OomolConnectClient } from "@oomol/connect-node";
import { openTcpFaultProxy } from "@oomol/fault-proxy";
import { serveTus } from "@oomol/test-helpers/serve-tus";
import { expect, test } from "vitest";
import type { ProxyOperation } from "../src/proxy/index.ts";
import { openProxy } from "./helpers/open-proxy.ts";

const apiToken = "api-canary-of-the-server";
const large = randomBytes(5_000_001);
const file = { data: large, name: "größe.bin", type: "video/mp4" };
const taken = {
  name: file.name,
  type: file.type,
  sizeBytes: large.length,
  sha256: createHash("sha256").update(large).digest("hex"),
};
const retry = { baseMs: 5, maxMs: 20 };
const clientOf = (baseUrl: string) =>
  new OomolConnectClient({ baseUrl, retry, resumableAboveBytes: 1_000_000 });

test("an upload resumes through the proxy, of which the app decides on each step", async () => {
  const tokens = new Set<string | undefined>();
  await using server = await serveTus({
    intercept(request) {
      tokens.add(request.headers.authorization);
      return false;
    },
  });
  const operations: ProxyOperation[] = [];
  await using proxy = await openProxy({
    baseUrl: server.baseUrl,
    apiToken,
    authorize: (_, operation) => {
      operations.push(operation);
      return true;
    },
  });
  let cuts = 0;
  await using line = await openTcpFaultProxy({
    target: { host: "127.0.0.1", port: proxy.port },
    mostBytesBefore: 2_000_000,
    plan: { draw: () => (++cuts > 3 ? undefined : { kind: "reset", where: 0.5, howLong: 0 }) },
  });
  await using client = clientOf(`http://127.0.0.1:${line.port}/api`);
  await client.tasks.create({ blockId: "a::b", files: { film: file } });
  expect(server.tasks).toEqual([[expect.objectContaining({ ...taken, nodeId: "_", handle: "film" })]]);
  expect([...tokens]).toEqual([apiToken]);
  expect(cuts).toBeGreaterThan(3);
  const [upload] = server.tasks.flat();
  const uploadId = typeof upload === "object" ? upload.id : "";
  expect(operations).toContainEqual({ name: "uploads.start", sizeBytes: large.length });
  expect(operations).toContainEqual({ name: "uploads.resume", uploadId });
  expect(operations.at(-1)).toMatchObject({ name: "tasks.create", blockId: "a::b", uploads: [uploadId] });
});

test("the address of an upload is below the mount path, and the headers of tus reach a page of another origin", async () => {
  await using server = await serveTus();
  const origin = "https://app.test";
  await using proxy = await openProxy({
    baseUrl: server.baseUrl,
    basePath: "/connect",
    allowedOrigins: [origin],
  });
  const at = `${proxy.origin}/connect/v1/uploads`;
  const headers = { origin, "tus-resumable": "1.0.0" };
  const created = await fetch(at, { method: "POST", headers: { ...headers, "upload-length": "3" } });
  expect(created.status).toBe(201);
  const location = created.headers.get("location") ?? "";
  expect(location).toMatch(/^\/connect\/v1\/uploads\/[\w-]+$/);
  expect(created.headers.get("access-control-expose-headers")).toContain("Upload-Offset");
  const patch = { method: "PATCH", body: "abc", headers: { ...headers, "upload-offset": "0" } };
  const patched = await fetch(proxy.origin + location, patch);
  expect([patched.status, patched.headers.get("upload-offset")]).toEqual([204, "3"]);
  const again = await fetch(proxy.origin + location, patch);
  expect([again.status, await again.json()]).toMatchObject([409, { success: false }]);
  const asked = await fetch(proxy.origin + location, { method: "HEAD", headers });
  expect([asked.status, asked.headers.get("upload-length"), asked.headers.get("upload-offset")]).toEqual([
    200,
    "3",
    "3",
  ]);
  expect((await fetch(proxy.origin + location, { method: "DELETE", headers })).status).toBe(204);
  expect((await fetch(proxy.origin + location, { method: "HEAD", headers })).status).toBe(404);
  const preflight = await fetch(at, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "upload-offset",
    },
  });
  expect(preflight.headers.get("access-control-allow-methods")).toContain("PATCH");
  expect(preflight.headers.get("access-control-allow-headers")).toContain("upload-offset");
});

test.each<[string, RequestInit & { path?: string }, number]>([
  ["an upload that is too large", { method: "POST", headers: { "upload-length": "2000001" } }, 413],
  ["one of unknown length", { method: "POST", headers: { "upload-defer-length": "1" } }, 400],
  ["one of a length that is no number", { method: "POST", headers: { "upload-length": "1e3" } }, 400],
  [
    "other metadata",
    { method: "POST", headers: { "upload-length": "1", "upload-metadata": 'filename "x"' } },
    400,
  ],
  ["an offset that is no number", { method: "PATCH", path: "/id", headers: { "upload-offset": "-1" } }, 400],
  ["an id with a way out", { method: "HEAD", path: "/a%2f..%2f..%2fadmin" }, 404],
  ["another method", { method: "PUT", path: "/id" }, 404],
])("%s is refused before the server is asked", async (_, { path = "", ...request }, status) => {
  await using server = await serveTus();
  await using proxy = await openProxy({ baseUrl: server.baseUrl, maxUploadBytes: 2_000_000 });
  const answer = await fetch(`${proxy.baseUrl}/v1/uploads${path}`, request);
  expect(answer.status).toBe(status);
  expect(server.requests).toEqual([]);
});

test("an app that allows no uploads gets the files in a form, as before", async () => {
  await using server = await serveTus();
  await using proxy = await openProxy({
    baseUrl: server.baseUrl,
    authorize: (_, { name }) => !name.startsWith("uploads."),
  });
  await using client = clientOf(proxy.baseUrl);
  await client.tasks.create({ blockId: "a::b", files: [file] });
  expect(server.tasks).toEqual(["form"]);
  const uploads = await client.uploads();
  await expect(uploads.start(file)).rejects.toMatchObject({ status: 403 });
});

test("what a task takes is written anew, and must be of the API", async () => {
  await using server = await serveTus();
  await using proxy = await openProxy({ baseUrl: server.baseUrl });
  const create = (uploads: unknown) =>
    fetch(`${proxy.baseUrl}/v1/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ manifest: "a::b", inputValues: [], uploads }),
    });
  for (const wrong of ["id", [{}], [{ id: 1 }], [{ id: "a", handle: 2 }]])
    expect((await create(wrong)).status).toBe(400);
  expect(server.requests).toEqual([]);
  expect((await create([{ id: "gone" }])).status).toBe(404);
});
