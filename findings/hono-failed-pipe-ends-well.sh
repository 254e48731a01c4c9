#!/usr/bin/env bash
# hono 4.13.19 with @hono/node-server 2.1.9: if what the callback of `stream(c, …)` pipes fails halfway, hono prints the error and closes
# the body as if it were complete: the client gets status 200, half of the data and no error. The same source passed to `c.body(source)`
# breaks the connection, as it should. Use `c.body` for downloads, or send a length: then `stream` is found out as well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund hono@4.13.19 @hono/node-server@2.1.9 > /dev/null

cat > serve.mjs <<'JS'
import { once } from "node:events";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { stream } from "hono/streaming";

const failing = () => {
  let pulls = 0;
  return new ReadableStream({
    pull(controller) {
      if (pulls++ > 0) throw new Error("the disk is gone");
      controller.enqueue(new TextEncoder().encode("first half, "));
    },
  });
};
const app = new Hono();
app.get("/body", (c) => c.body(failing()));
app.get("/pipe", (c) => stream(c, (out) => out.pipe(failing())));
app.get("/length", (c) => stream(c.header("content-length", "24") ?? c, (out) => out.pipe(failing())));

console.error = () => undefined;
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
await once(server, "listening");
for (const path of ["/body", "/pipe", "/length"]) {
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`);
  const text = await response.text().catch((error) => `${error.name}: ${error.message}`);
  console.log(`${path}: ${response.status}, ${JSON.stringify(text)}`);
}
process.exit(0);
JS
node serve.mjs | tee seen
diff seen - << 'SEEN'
/body: 200, "TypeError: terminated"
/pipe: 200, "first half, "
/length: 200, "TypeError: terminated"
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
