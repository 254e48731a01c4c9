#!/usr/bin/env bash
# apache-arrow 21.2.0: in JSON.stringify a decimal is a text with quotes in it, "\"150\"", and without its point: the reader gets the
# five characters "150" with their quotes, of which Number makes NaN. `toJSON` gives JSON in place of a value. The integers beside it are
# numbers, and String() of the decimal has no quotes. Join the digits of String() with the scale of the column's type yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund apache-arrow@21.2.0 > /dev/null

cat > decimals.mjs <<'JS'
import { Decimal, Int32, Table, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow";

// 1.50 and -0.07, with two places behind the point.
const price = vectorFromArray([Uint32Array.of(150, 0, 0, 0), Uint32Array.of(-7, -1, -1, -1)], new Decimal(2, 10, 128));
const table = tableFromIPC(tableToIPC(new Table({ price, count: vectorFromArray([150, -7], new Int32()) })));
const rows = JSON.parse(JSON.stringify(table.toArray()));
for (const { price, count } of rows) {
  console.log(`price ${price} of ${price.length} characters, as a number ${Number(price)}; count ${count}, as a number ${Number(count)}`);
}
console.log("a column:", JSON.stringify(table.getChild("price")));
console.log("String:", [...table.getChild("price")].map(String).join(" "), "scale", table.schema.fields[0].type.scale);
JS
node decimals.mjs | tee seen
diff seen - << 'SEEN'
price "150" of 5 characters, as a number NaN; count 150, as a number 150
price "-7" of 4 characters, as a number NaN; count -7, as a number -7
a column: ["\"150\"","\"-7\""]
String: 150 -7 scale 2
SEEN
# Seen on 2026-11-30 (the lines above), Node.js 26.10.0.
