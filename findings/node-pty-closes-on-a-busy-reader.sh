#!/usr/bin/env bash
# @lydell/node-pty 1.1.0: once a program has ended, its terminal is closed 200 ms later even if its last words have not been
# read: `onExit` then reports success, and the end of the output is missing without an error. It takes no more than a reader that
# works 300 ms on a chunk, or a busy machine. Let the program end only when its reader has seen the end: a shell around it that
# prints a mark and waits for a line (the second line below).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund @lydell/node-pty@1.1.0 > /dev/null

cat > read.mjs <<'JS'
import { spawn } from "@lydell/node-pty";

/** Runs a program in a terminal; each chunk of what it prints keeps its reader busy for 300 ms. */
function countLines(program) {
  const terminal = spawn("sh", ["-c", program], {});
  let seen = "";
  terminal.onData((chunk) => {
    seen += chunk;
    for (const startedMs = performance.now(); performance.now() - startedMs < 300; );
    if (seen.endsWith("the end\r\n")) terminal.write("\n");
  });
  return new Promise((resolve) => {
    terminal.onExit(({ exitCode }) => resolve(`exit code ${exitCode}, ${seen.includes("the end") ? "all" : "not all"} was read`));
  });
}

console.log(await countLines("seq 2000; echo the end"));
console.log(await countLines("seq 2000; echo the end; read line"));
JS
node read.mjs | tee seen
diff seen - << 'SEEN'
exit code 0, not all was read
exit code 0, all was read
SEEN
# Seen on 2026-11-30 (the lines above), Node.js 20.20.2, Linux. A machine under load loses lines without a busy reader, too: 1,299 of 2,000 were read.
