import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, serve as serveHono } from "@hono/node-server";
import { type StartedConnectServer, startConnectServer } from "@oomol/test-server";
import express from "express";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OomolConnectClient } from "../src/index.ts";
import { type ConnectProxy, createConnectProxy } from "../src/proxy/index.ts";

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
  "node:http": (proxy) => listening(createServer(getRequestListener(proxy))),
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
    app.all("/api/{*path}", getRequestListener(proxy));
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
