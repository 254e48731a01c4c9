#!/usr/bin/env bash
# Node.js 20 and 26: `fork(file, { serialization: "advanced" })` rests on the structured clone algorithm, says its documentation. A Blob or
# a File, which `structuredClone` and `worker.postMessage` copy with their bytes, arrives over this channel as {}, without an
# error; so do a URL and Headers, which `structuredClone` of Node.js 26 refuses. Send bytes and names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > child.mjs <<'JS'
process.once("message", (message) => {
  for (const [name, value] of Object.entries(message)) {
    console.log(`child:  ${name} ${value instanceof Blob} ${value.size}`);
  }
  process.send("read");
});
JS
cat > thread.mjs <<'JS'
import { parentPort } from "node:worker_threads";

parentPort.once("message", (message) => {
  for (const [name, value] of Object.entries(message)) console.log(`thread: ${name} ${value instanceof Blob} ${value.size}`);
});
JS
cat > parent.mjs <<'JS'
import { fork } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

const message = { blob: new Blob(["hello"]), file: new File(["hello"], "a.txt"), map: new Map([[1, 2n]]) };
const worker = new Worker("./thread.mjs");
worker.postMessage(message);
await once(worker, "exit");
const child = fork("child.mjs", { serialization: "advanced" });
child.send(message);
await once(child, "message");
child.disconnect();
JS
node parent.mjs | tee seen
diff seen - << 'SEEN'
thread: blob true 5
thread: file true 5
thread: map false 1
child:  blob false undefined
child:  file false undefined
child:  map false 1
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2 and 26.10.0.
