import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createConnectProxy } from "@oomol/connect-node/proxy";
import { type StartedConnectServer, startConnectServer } from "@oomol/test-server";
import { afterAll, beforeAll } from "vitest";
import { closeBrowser, type OpenPage, openPage } from "./open-page.ts";

/** What the server asks for, and no page may see. */
export const apiToken = "api-canary-of-the-server";

type Fault = "upload" | "events" | "stall";

/** A page with its own server, which has a proxy at `/api`, and the real Connect server behind it. */
export interface OpenApp extends OpenPage {
  connect: StartedConnectServer;
  /** Breaks the next request of that kind: an upload while its bytes come, events once the first are out; or never answers an upload. */
  breakNext(kind: Fault): void;
  /** What was broken; an upload that stalls, when the page has cut it off. */
  broken: Fault[];
}

/** Opens one for all tests of a file, and closes it and the browser after them. The page runs a program beside the library. */
export function openAppForFile(program?: string): () => OpenApp {
  let app: OpenApp | undefined;
  beforeAll(async () => {
    app = await openApp(program);
  }, 120_000);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await closeBrowser();
  });
  return () => {
    if (app === undefined) throw new Error("The app is open only while tests run.");
    return app;
  };
}

async function openApp(program?: string): Promise<OpenApp> {
  const waiting = new Set<Fault>();
  const used = new WeakSet<Socket>();
  let answer: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  const opened = await openPage(async (request, response) => {
    const isUpload = /^(multipart|application\/offset)/.test(request.headers["content-type"] ?? "");
    if (isUpload && waiting.delete("stall")) {
      // Before an answer, so the page has left.
      response.once("close", () => app.broken.push("stall"));
      // A socket that nobody reads would not tell.
      return void request.resume();
    }
    if (isUpload && waiting.has("upload")) {
      app.broken.push("upload");
      // A browser by itself sends again what broke on a connection that it had kept.
      if (!used.has(request.socket)) waiting.delete("upload");
      request.once("data", () => request.socket.resetAndDestroy());
      return;
    }
    if (request.headers.accept === "text/event-stream" && waiting.delete("events")) {
      app.broken.push("events");
      const write = response.write.bind(response) as (chunk: unknown) => boolean;
      response.write = (chunk: unknown) => {
        write(chunk);
        request.socket.destroy();
        return false;
      };
    }
    used.add(request.socket);
    await answer?.(request, response);
  }, program);
  const app: OpenApp = {
    ...opened,
    connect: await startConnectServer({
      packages: [
        "apps/blocks",
        "apps/server/test/fixtures/packages",
        "packages/browser/test/fixtures/packages",
      ],
      token: apiToken,
      flags: ["--allow-origin", opened.server.origin, "--log-level", "silent"],
    }),
    broken: [],
    breakNext: (kind) => void waiting.add(kind),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await app.connect[Symbol.asyncDispose]();
    },
  };
  const proxy = createConnectProxy({
    baseUrl: app.connect.url,
    apiToken,
    allowBlocks: ["pkg::*", "lab::*", "show::*"],
    authorize: "public",
    maxUploadBytes: 300 * 2 ** 20,
  });
  answer = getRequestListener(proxy, { overrideGlobalObjects: false });
  return app;
}
