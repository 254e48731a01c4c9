#!/usr/bin/env bash
# @fastify/busboy 3.2.6: its types say that the event `file` comes with `filename: string`. A part of `application/octet-stream` that has no
# file name, as Python's requests and httpx send it for `files={"f": (None, data, "application/octet-stream")}`, is a file as well,
# and its name is undefined; a part of any other type without one is a field. Read `filename ?? ""`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund @fastify/busboy@3.2.6 typescript@6.0.3 @types/node@20.19.25 > /dev/null

cat > parse.mts <<'TS'
import { Busboy } from "@fastify/busboy";

for (const type of ["application/octet-stream", "application/json"]) {
  const parser = new Busboy({ headers: { "content-type": "multipart/form-data; boundary=b" } });
  parser.on("file", (_field, stream, filename) => {
    const name: string = filename;
    console.log(`${type}: a file named ${name}`);
    stream.resume();
  });
  parser.on("field", (_field, value) => console.log(`${type}: a field of ${value}`));
  parser.end(`--b\r\nContent-Disposition: form-data; name="f"\r\nContent-Type: ${type}\r\n\r\n{}\r\n--b--\r\n`);
}
TS
npx tsc --strict --module nodenext --target es2022 --types node parse.mts
node parse.mjs | tee seen
diff seen - << 'SEEN'
application/octet-stream: a file named undefined
application/json: a field of {}
SEEN
# Seen on 2026-11-29 (the lines above, and tsc without an error), Node.js 20.20.2.
