#!/usr/bin/env bash
# nodejs-polars 0.26.1: in JSON.stringify each column of a frame is a text, of a list of numbers: the bytes of the column in Arrow's
# format. So is a series, also inside of other data; nothing throws, and a reader finds no value of it. `toRecords()` and `writeJSON()` give
# the rows; give these to whatever writes JSON (a server's answer, a log, a message to another process).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
platform=$(node -p 'process.platform === "linux" ? `linux-${process.arch}-gnu` : `${process.platform}-${process.arch}`')
# Named, because npm leaves it out on Node.js 20.
npm install --loglevel=error --no-audit --no-fund nodejs-polars@0.26.1 "nodejs-polars-$platform@0.26.1" > /dev/null

cat > frames.mjs <<'JS'
import pl from "nodejs-polars";

const frame = pl.DataFrame({ n: [1, 2], text: ["x", null] });
const answer = JSON.parse(JSON.stringify({ frame, series: frame.getColumn("text"), rows: frame.toRecords() }));
const kind = (value) => (typeof value === "string" ? `a text that begins with ${value.slice(0, 17)}` : JSON.stringify(value));
console.log("a frame:", Object.entries(answer.frame).map(([name, value]) => `${name} is ${kind(value)}`).join("; "));
console.log("a series:", kind(answer.series));
console.log("its text anywhere:", JSON.stringify(answer.frame).includes('"x"'));
console.log("toRecords:", kind(answer.rows));
console.log("writeJSON:", String(frame.writeJSON({ format: "json" })));
JS
node frames.mjs | tee seen
diff seen - << 'SEEN'
a frame: n is a text that begins with [255,255,255,255,; text is a text that begins with [255,255,255,255,
a series: a text that begins with [255,255,255,255,
its text anywhere: false
toRecords: [{"n":1,"text":"x"},{"n":2,"text":null}]
writeJSON: [{"n":1.0,"text":"x"},{"n":2.0,"text":null}]
SEEN
# Seen on 2026-11-30 (the lines above), Node.js 26.10.0.
