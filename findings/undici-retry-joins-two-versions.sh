#!/usr/bin/env bash
# undici 7.30.2: if a download breaks, `interceptors.retry()` (and RetryAgent) asks for the rest by `Range`. It compares ETags if there
# are any, but with none, or a weak one, it still resumes, without `If-Range` and without a look at `Last-Modified`. A file that was
# replaced in between arrives as the start of the old one and the end of the new one, with status 200 and the right length. RFC 9110
# (15.3.7.3) lets a client combine parts only by a strong validator. Check a digest, or serve strong ETags.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund undici@7.30.2 > /dev/null

cat > download.mjs <<'JS'
import { once } from "node:events";
import { createServer } from "node:http";
import { Agent, interceptors, request } from "undici";

const versions = [
  { bytes: "OLDOLDOLD", lastModified: "Sun, 01 Nov 2026 00:00:00 GMT", etag: '"old"' },
  { bytes: "newnewnew", lastModified: "Mon, 02 Nov 2026 00:00:00 GMT", etag: '"new"' },
];

async function download(withEtag) {
  let requests = 0;
  const server = createServer((req, res) => {
    const { bytes, lastModified, etag } = versions[Math.min(requests++, 1)];
    const headers = { "last-modified": lastModified, "accept-ranges": "bytes", ...(withEtag && { etag }) };
    if (req.headers["if-match"] && req.headers["if-match"] !== etag) return res.writeHead(412).end();
    const start = Number(/^bytes=(\d+)-/.exec(req.headers.range ?? "")?.[1] ?? 0);
    const range = start > 0 ? { "content-range": `bytes ${start}-8/9` } : {};
    res.writeHead(start > 0 ? 206 : 200, { ...headers, ...range, "content-length": 9 - start });
    if (requests > 1) return res.end(bytes.slice(start));
    res.write(bytes.slice(0, 3), () => setImmediate(() => res.destroy()));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const dispatcher = new Agent().compose(interceptors.retry({ minTimeout: 1, maxRetries: 2 }));
  try {
    const response = await request(`http://127.0.0.1:${server.address().port}`, { dispatcher });
    return `${response.statusCode} ${await response.body.text()}`;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  } finally {
    server.close();
    await dispatcher.destroy();
  }
}
console.log("strong ETag:       ", await download(true));
console.log("Last-Modified only:", await download(false));
JS
node download.mjs | tee seen
diff seen - << 'SEEN'
strong ETag:        RequestRetryError: Request failed
Last-Modified only: 200 OLDnewnew
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
