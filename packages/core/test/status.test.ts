import { ApiError, UnsupportedError } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

test("asks how a server is", async () => {
  await using server = await serve({ extensions: ["status"] });
  const status = await server.client.status();
  expect(status.queue).toEqual({ pending: 0, running: 0 });
  expect(status.workers).toMatchObject([{ id: "fake", isLive: true }]);
  expect(server.fake.requestsTo("GET", /^\/v1\/status$/)).toHaveLength(1);
});

test("a server that gives no status is told by its first answer, and by those before", async () => {
  await using server = await serve();
  await expect(server.client.status()).rejects.toBeInstanceOf(UnsupportedError);
  await using other = await serve({ extensions: ["wait"] });
  await other.client.blocks.list();
  await expect(other.client.status()).rejects.toMatchObject({
    extension: "status",
    message:
      'This server gives no status, or only to callers with the role admin: it does not announce the extension "status" in its answers.',
  });
  expect(other.fake.requestsTo("GET", /status/)).toEqual([]);
});

test("a caller who may not see it hears why", async () => {
  await using server = await serve({ extensions: ["wait"] });
  const message = "that needs the role admin";
  server.fake.inject({ kind: "status", status: 403, body: { message } }, { path: /status/ });
  const failure = await server.client.status().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ status: 403, message: expect.stringContaining(message) });
});

test("what the server names to another token counts from then on", async () => {
  await using server = await serve({ extensions: ["status"], apiToken: "admin" });
  server.fake.inject(
    { kind: "status", status: 401, headers: { "connect-extensions": "wait" } },
    { path: /blocks/, times: 1 },
  );
  await expect(server.client.blocks.list()).rejects.toMatchObject({ status: 401 });
  await expect(server.client.status()).rejects.toBeInstanceOf(UnsupportedError);
  await server.client.blocks.list({ headers: { authorization: "admin" } });
  expect(await server.client.status({ headers: { authorization: "admin" } })).toMatchObject({
    workers: [{}],
  });
});
