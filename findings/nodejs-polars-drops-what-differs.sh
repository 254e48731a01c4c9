#!/usr/bin/env bash
# nodejs-polars 0.26.1: `DataFrame({ column: values })` takes the type from the first value and makes null of every value of another
# type, without a word: text beside numbers, and numbers beside BigInt, as JSON parsers give them that use BigInt for large numbers
# only. By rows, `DataFrame([{ column: value }, …])`, the same values are kept as text, and BigInt beside numbers is an error.
# Make the values of a column one type first.
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

const columns = { text: ["A1", 7, true], numbers: [7, "A1"], bigints: [9007199254740993n, 5], mixed: [5, 9007199254740993n] };
const show = (frame) => {
  try {
    return frame().getColumn("v").toArray().map((value) => (typeof value === "string" ? `"${value}"` : String(value))).join(" ");
  } catch (error) {
    return error.message;
  }
};
for (const [name, values] of Object.entries(columns)) {
  const byRows = values.map((v) => ({ v }));
  console.log(`${name}: by column ${show(() => pl.DataFrame({ v: values }))} | by rows ${show(() => pl.DataFrame(byRows))}`);
}
JS
node frames.mjs | tee seen
diff seen - << 'SEEN'
text: by column "A1" null null | by rows "A1" "7" "true"
numbers: by column 7 null | by rows "7" "A1"
bigints: by column 9007199254740993 null | by rows Cannot convert a BigInt value to a number
mixed: by column 5 null | by rows Cannot convert a BigInt value to a number
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
