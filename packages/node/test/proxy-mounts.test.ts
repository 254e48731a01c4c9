import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, serve as serveHono } from "@hono/node-server";
import { type StartedConnectServer, startConnectServer } from "@oomol/test-server";
import express from "express";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OomolConnectClient } from "../src/index.ts";
import { type ConnectProxy, createConnectProxy } from "../src/proxy/index.ts";
import { createProxyListener } from "../src/proxy-listener.ts";

let server: StartedConnectServer;
beforeAll(async () => {
  const packages = ["apps/blocks", "apps/server/test/fixtures/packages"];
  server = await startConnectServer({ packages, flags: ["--log-level", "silent"] });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Mounted extends AsyncDisposable {
  port: number;
}

const mounts: Record<string, (proxy: ConnectProxy) => Promise<Mounted>> = {
  "node:http": (proxy) => listening(createServer(createProxyListener(proxy))),
  "node:http through @hono/node-server": (proxy) => listening(createServer(getRequestListener(proxy))),
  Hono: async (proxy) => {
    const app = new Hono();
    app.get("/", (context) => context.text("the app"));
    app.all("/api/*", (context) => proxy(context.req.raw));
    return listening(
      serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as ReturnType<typeof createServer>,
    );
  },
  Express: async (proxy) => {
    const app = express();
    app.get("/", (_, response) => void response.send("the app"));
    app.use("/api", createProxyListener(proxy));
    return listening(createServer(app));
  },
  "Express, by a route": async (proxy) => {
    const app = express();
    app.all("/api/{*path}", createProxyListener(proxy));
    return listening(createServer(app));
  },
  "a Next.js route handler": async (proxy) => {
    // What `app/api/[...path]/route.ts` exports; Next.js calls the one of the request's method with a Request.
    const route: Record<string, ConnectProxy> = { GET: proxy, HEAD: proxy, POST: proxy, OPTIONS: proxy };
    const callRoute = async (request: Request) =>
      (await route[request.method]?.(request)) ?? new Response(null, { status: 405 });
    return listening(createServer(getRequestListener(callRoute)));
  },
};

describe.each(Object.entries(mounts))("in %s", (_, mount) => {
  test("a client runs a block, sends a file, follows events and reads a file", async () => {
    const proxy = createConnectProxy({ baseUrl: server.url, allowBlocks: () => true, authorize: "public" });
    await using mounted = await mount(proxy);
    const baseUrl = `http://127.0.0.1:${mounted.port}/api`;
    await using client = new OomolConnectClient({ baseUrl });
    const file = new File(["x".repeat(1_000_000)], "x.txt");
    const { result } = await client.tasks.runWithFiles("pkg::file-processor", {}, file);
    expect(result).toMatchObject({ name: "x.txt", size_bytes: 1_000_000 });

    const inputValues = { files: { "a.txt": "made" } };
    const run = await client.tasks.start({ blockId: "lab::make-files", inputValues });
    const types = new Set<string>();
    for await (const event of run) types.add(event.type);
    expect(types).toContain("status");
    const made = await fetch(`${baseUrl}/v1/tasks/${run.id}/files/a.txt`);
    expect(await made.text()).toBe("made");
    await expect(client.packages.install("some", "1.0.0")).rejects.toMatchObject({ status: 404 });
  });

  test("an upload beyond the limit is answered with 413, not with a broken connection", async () => {
    const options = { baseUrl: server.url, allowBlocks: () => true, authorize: "public" } as const;
    await using mounted = await mount(createConnectProxy({ ...options, maxUploadBytes: 1_000 }));
    await using client = new OomolConnectClient({
      baseUrl: `http://127.0.0.1:${mounted.port}/api`,
      retry: false,
    });
    const file = new File([new Uint8Array(200_000)], "large.bin");
    await expect(client.tasks.createWithFiles("pkg::file-processor", {}, file)).rejects.toMatchObject({
      status: 413,
    });
  });
});

test("in Express behind a reader of bodies, a request is answered with what to do", async () => {
  const app = express();
  app.use(express.json());
  const options = { baseUrl: server.url, allowBlocks: () => true, authorize: "public" } as const;
  app.use("/api", createProxyListener(createConnectProxy(options)));
  await using mounted = await listening(createServer(app));
  await using client = new OomolConnectClient({
    baseUrl: `http://127.0.0.1:${mounted.port}/api`,
    retry: false,
  });
  await expect(client.tasks.create({ blockId: "pkg::file-processor" })).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining("before express.json()"),
  });
  expect((await client.blocks.list()).blocks.length).toBeGreaterThan(0);
});

test("a visitor who leaves ends the request to the server", async () => {
  const left = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  await using upstream = await listening(
    createServer((_, response) => {
      ask();
      response.once("close", () => left.resolve());
    }),
  );
  const baseUrl = `http://127.0.0.1:${upstream.port}`;
  const proxy = createConnectProxy({ baseUrl, allowBlocks: () => true, authorize: "public" });
  await using mounted = await listening(createServer(createProxyListener(proxy)));
  const visitor = new AbortController();
  const answer = fetch(`http://127.0.0.1:${mounted.port}/api/v1/blocks`, { signal: visitor.signal });
  answer.catch(() => undefined);
  await asked;
  visitor.abort();
  await left.promise;
});

async function listening(server: ReturnType<typeof createServer>): Promise<Mounted> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
