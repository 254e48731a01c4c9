import { fileURLToPath } from "node:url";
import { connectChromium } from "@oomol/test-helpers/connect-chromium";
import { type Handler, type Served, serve } from "@oomol/test-helpers/serve";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import type { OomolConnectClient } from "../../src/index.ts";

type Library = typeof import("../../src/index.ts");

declare global {
  interface Window {
    connect: Library;
    client: OomolConnectClient;
  }
}

/** A page of a server of ours, with the library as `connect`; the server's other paths are the test's. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  server: Served;
}

let browser: Promise<Browser> | undefined;
const scripts = new Map<string | undefined, Promise<string>>();

/** @param program A file that the page runs beside the library. */
export async function openPage(handler: Handler, program?: string): Promise<OpenPage> {
  const script = scripts.get(program) ?? bundle(program);
  scripts.set(program, script);
  browser ??= connectChromium();
  const code = await script;
  const server = await serve(async (request, response) => {
    if (request.url === "/" || request.url?.startsWith("/?")) {
      // As strict as a page can be: nothing inline, no eval.
      response.setHeader("content-security-policy", "default-src 'none'; script-src 'self'; connect-src *");
      response.setHeader("content-type", "text/html");
      return void response.end(
        '<!doctype html><title>test</title><script type="module" src="/page.js"></script>',
      );
    }
    if (request.url === "/page.js") {
      response.setHeader("content-type", "text/javascript");
      return void response.end(code);
    }
    if (request.url === "/favicon.ico") return void response.writeHead(204).end();
    await handler(request, response);
  });
  const page = await (await browser).newPage();
  await page.goto(`${server.origin}/`);
  await page.waitForFunction(() => "connect" in window);
  return {
    page,
    server,
    async [Symbol.asyncDispose]() {
      await page.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

async function bundle(program: string | undefined): Promise<string> {
  const entry = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
  const built = await build({
    stdin: {
      contents: `import * as connect from ${JSON.stringify(entry)}; window.connect = connect;
        ${program === undefined ? "" : `import ${JSON.stringify(program)};`}`,
      resolveDir: ".",
    },
    // Our package says that its modules do nothing by themselves; a program does.
    ignoreAnnotations: true,
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"development"' },
    bundle: true,
    minify: true,
    format: "esm",
    conditions: ["@oomol/source"],
    write: false,
  });
  return built.outputFiles[0]?.text ?? "";
}
