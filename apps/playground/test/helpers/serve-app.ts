import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { appDirectory } from "../build-app.ts";

/** As strict as the app promises to work under. */
const policy =
  "default-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; frame-src 'self' data: blob:; style-src 'self'";
/** Blocks' own HTML may have styles and scripts, as nobody and without the network. */
const framePolicy =
  "sandbox allow-scripts; default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' https://cdn.jsdelivr.net; style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; font-src data:";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The built app with `/api` handed on to a Connect server, as one origin. Counts what it sends. */
export async function serveApp(connectUrl: string) {
  const sent = { bytes: 0 };
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith("/api/")) handOn(new URL(connectUrl), incoming, outgoing);
    else void sendFile(incoming.url ?? "/", outgoing, sent);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function handOn(target: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url: path } = incoming;
  // To the server behind a proxy the page's origin is its own.
  const { origin: _origin, ...headers } = incoming.headers;
  const options = { host: target.hostname, port: target.port, method, path };
  const forwarded = request({ ...options, headers: { ...headers, host: target.host } }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on("error", () => outgoing.destroy());
  outgoing.on("close", () => forwarded.destroy());
  incoming.pipe(forwarded);
}

async function sendFile(url: string, outgoing: ServerResponse, sent: { bytes: number }): Promise<void> {
  const path = normalize(new URL(url, "http://app").pathname);
  const file = path === "/" ? "/index.html" : path;
  try {
    const content = await readFile(join(appDirectory, file));
    const isPacked = extname(file) !== ".woff2";
    const body = isPacked ? gzipSync(content) : content;
    sent.bytes += body.byteLength;
    outgoing.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "content-security-policy": file === "/preview-frame.html" ? framePolicy : policy,
      "x-content-type-options": "nosniff",
      ...(isPacked && { "content-encoding": "gzip" }),
    });
    outgoing.end(body);
  } catch {
    outgoing.writeHead(404).end();
  }
}
