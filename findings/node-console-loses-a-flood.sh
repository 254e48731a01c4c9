#!/usr/bin/env bash
# Node.js 20.20.2 and 26.10.0: what a program prints without a pause into a pipe is kept until it pauses, though "pipes are synchronous" on
# Linux, and is then written at once. If that is more than a third of 2 GiB (715,827,882 characters), the write fails with ENOBUFS, which
# `console.log` drops: the first line arrives, the other 699 do not, and the program ends with exit code 0. With
# `process.stdout.write` the program fails. Wait for "drain" from time to time, or write by `fs.writeSync` to a file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > print.mjs <<'JS'
// A line is a MiB with its line break.
const line = "x".repeat(2 ** 20 - 1);
for (let left = Number(process.argv[2]); left > 0; left -= 1) console.log(line);
JS
cat > print-with-pauses.mjs <<'JS'
const line = "x".repeat(2 ** 20 - 1);
for (let left = Number(process.argv[2]); left > 0; left -= 1) {
  console.log(line);
  await new Promise(setImmediate);
}
JS
count() {
  node "$1" "$2" 2> errors | wc -c | awk '{ print $1 / 1048576 }'
  echo "exit code ${PIPESTATUS[0]}, $(wc -c < errors) characters on stderr"
}
{
  for lines in 600 700; do
    echo "$lines lines in a loop: $(count print.mjs $lines | paste -sd ' ')"
  done
  echo "700 lines with pauses: $(count print-with-pauses.mjs 700 | paste -sd ' ')"
} | tee seen
diff seen - << 'SEEN'
600 lines in a loop: 600 exit code 0, 0 characters on stderr
700 lines in a loop: 1 exit code 0, 0 characters on stderr
700 lines with pauses: 700 exit code 0, 0 characters on stderr
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
