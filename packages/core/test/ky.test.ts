import { inspect } from "node:util";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { serve } from "@oomol/test-helpers/serve";
import ky, { type AfterResponseState } from "ky";
import { expect, test } from "vitest";
import { type ClientOptions, ConnectionError, OomolConnectClient } from "../src/index.ts";

const apiToken = "api-canary-of-the-client";

/** A client whose requests take a ky instance to a real HTTP server. */
async function openClient(options: ClientOptions, fake = new FakeConnectServer({ apiToken })) {
  const server = await serve(fakeHandler(fake));
  const client = new OomolConnectClient({ baseUrl: `${server.origin}/api`, apiToken, ...options });
  return {
    fake,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("hooks of a ky instance see each request and answer, and may change them", async () => {
  const seen: string[] = [];
  const own = ky.create({
    hooks: {
      beforeRequest: [({ request }) => request.headers.set("x-tenant", "blue")],
      afterResponse: [
        async ({ request, response }: AfterResponseState) => {
          seen.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
        },
      ],
    },
  });
  await using opened = await openClient({ ky: own });
  const { result } = await opened.client.tasks.run({ blockId: "pkg::echo", inputValues: { text: "Hi" } });
  expect(result).toEqual({ text: "Hi" });
  expect(seen[0]).toBe("POST /api/v1/tasks 200");
  expect(opened.fake.requests.length).toBe(seen.length);
  for (const { headers } of opened.fake.requests)
    expect(headers).toMatchObject({ "x-tenant": "blue", authorization: apiToken });
});

test("an instance's prefix, retries, timeouts and errors do not apply: those of the client do", async () => {
  const retried: unknown[] = [];
  const own = ky.create({
    prefix: "http://elsewhere.test/",
    timeout: 1,
    totalTimeout: 1,
    retry: { limit: 5, methods: ["get", "post"] },
    throwHttpErrors: true,
    hooks: { beforeRetry: [(state) => void retried.push(state)] },
  });
  await using opened = await openClient({ ky: own, retry: { baseMs: 1 } });
  opened.fake.inject({ kind: "status", status: 503 }, { path: /blocks/ });
  const { blocks } = await opened.client.blocks.list();
  expect(blocks).toEqual(expect.any(Array));
  expect(opened.fake.requests.filter(({ path }) => path.includes("blocks"))).toHaveLength(2);
  expect(retried).toEqual([]);
});

test("a creation that is refused is not sent again by anybody", async () => {
  await using opened = await openClient({ ky: ky.create({ retry: { limit: 5, methods: ["post"] } }) });
  opened.fake.inject({ kind: "status", status: 500 }, { path: /tasks/ });
  await expect(opened.client.tasks.create({ blockId: "pkg::echo" })).rejects.toMatchObject({ status: 500 });
  expect(opened.fake.requests).toHaveLength(1);
});

test("requests with files take the client's own transport", async () => {
  const seen: string[] = [];
  const own = ky.create({ hooks: { beforeRequest: [({ request }) => void seen.push(request.method)] } });
  await using opened = await openClient({ ky: own });
  const file = new File(["content"], "a.txt");
  await opened.client.tasks.create({ blockId: "pkg::echo", files: [file] });
  expect(opened.fake.requests).toHaveLength(1);
  expect(seen).toEqual([]);
});

test("an abort ends a request that ky has in flight", async () => {
  const gone = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using server = await serve((_, response) => {
    response.once("close", () => gone.resolve());
    asked.resolve();
  });
  await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api`, ky });
  const controller = new AbortController();
  const listing = client.blocks.list({ signal: controller.signal });
  await asked.promise;
  controller.abort(new Error("enough"));
  await expect(listing).rejects.toThrow("enough");
  await gone.promise;
});

test("the client's own timeout ends a request that ky would wait for", async () => {
  await using server = await serve(() => undefined);
  const baseUrl = `${server.origin}/api`;
  await using client = new OomolConnectClient({ baseUrl, ky: ky.create({ timeout: 60_000 }), retry: false });
  await expect(client.blocks.list({ timeoutMs: 50 })).rejects.toMatchObject({
    code: "timeout",
    timeoutMs: 50,
  });
});

test("a connection that breaks is told as without ky, and no printout holds the token", async () => {
  await using server = await serve((request) => void request.socket.destroy());
  const baseUrl = `${server.origin}/api`;
  const failures = await Promise.all(
    [{ ky }, {}].map(async (options) => {
      await using client = new OomolConnectClient({ baseUrl, apiToken, retry: false, ...options });
      return client.tasks.create({ blockId: "pkg::echo" }).catch((failure: unknown) => failure);
    }),
  );
  expect(failures[0]).toBeInstanceOf(ConnectionError);
  expect(failures[0]).toMatchObject({ mayHaveHappened: true });
  expect((failures[0] as Error).message).toBe((failures[1] as Error).message);
  expect(inspect(failures[0], { depth: 20, showHidden: true })).not.toContain(apiToken);
});

test("a hook that throws fails the request without the token", async () => {
  const throwing = () => {
    throw new Error("no tenant");
  };
  const own = ky.create({ hooks: { beforeRequest: [throwing] } });
  await using opened = await openClient({ ky: own, retry: false });
  const failure = await opened.client.blocks.list().catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: expect.stringContaining("no tenant") });
  expect(inspect(failure, { depth: 20 })).not.toContain(apiToken);
});
