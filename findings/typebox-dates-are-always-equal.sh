#!/usr/bin/env bash
# typebox 1.4.3: `Value.Equal` says that any two Dates are equal, as are any two Maps and any two Sets. `Value.Diff` therefore finds no
# edit between an object and a copy with another date, and what is kept in step by `Value.Patch` keeps the old one. Use these functions
# on values that JSON can hold, dates as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund typebox@1.4.3 > /dev/null

cat > equal.mjs <<'JS'
import Value from "typebox/value";

const pairs = {
  text: ["2026-01-01", "2026-12-31"],
  Date: [new Date("2026-01-01"), new Date("2026-12-31")],
  Map: [new Map([["a", 1]]), new Map([["b", 2]])],
  Set: [new Set([1]), new Set([2])],
};
for (const [name, [a, b]] of Object.entries(pairs)) {
  const edits = Value.Diff({ due: a }, { due: b });
  const patched = Value.Patch({ due: a }, edits).due;
  console.log(`${name}: equal ${Value.Equal(a, b)}, edits ${edits.length}, patched to ${patched === b ? "the new" : "the old"} value`);
}
JS
node equal.mjs | tee seen
diff seen - << 'SEEN'
text: equal false, edits 1, patched to the new value
Date: equal true, edits 0, patched to the old value
Map: equal true, edits 0, patched to the old value
Set: equal true, edits 0, patched to the old value
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
