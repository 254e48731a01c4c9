#!/usr/bin/env bash
# nodejs-polars 0.26.1: a BigInt becomes a UInt64, and -5n becomes 5, without a word: in `Series`, in a `DataFrame` by columns or by rows,
# and in `pl.lit(-5n)`, so that a filter finds other rows. With `pl.Int64` asked for, all values are null. Numbers and a
# `BigInt64Array` keep their sign; give one of these (`toArray` of the latter has numbers, which are exact to 2^53 only).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
platform=$(node -p 'process.platform === "linux" ? `linux-${process.arch}-gnu` : `${process.platform}-${process.arch}`')
# Named, because npm leaves it out on Node.js 20.
npm install --loglevel=error --no-audit --no-fund nodejs-polars@0.26.1 "nodejs-polars-$platform@0.26.1" > /dev/null

cat > signs.mjs <<'JS'
import pl from "nodejs-polars";

const show = (name, series) => console.log(`${name}: ${series.dtype} ${series.toArray().map(String).join(" ")}`);
show("numbers", pl.Series("v", [-5, 7]));
show("BigInt64Array", pl.Series("v", BigInt64Array.of(-5n, 7n)));
show("BigInt", pl.Series("v", [-5n, 7n]));
show("by columns", pl.DataFrame({ v: [-5n, 7n] }).getColumn("v"));
show("by rows", pl.DataFrame([{ v: -5n }, { v: 7n }]).getColumn("v"));
show("as Int64", pl.Series("v", [-5n, 7n], pl.Int64));
const frame = pl.DataFrame({ v: [-5, 5] });
show("equal to -5", frame.filter(pl.col("v").eq(pl.lit(-5))).getColumn("v"));
show("equal to -5n", frame.filter(pl.col("v").eq(pl.lit(-5n))).getColumn("v"));
JS
node signs.mjs | tee seen
diff seen - << 'SEEN'
numbers: DataType(Float64) -5 7
BigInt64Array: DataType(Int64) -5 7
BigInt: DataType(UInt64) 5 7
by columns: DataType(UInt64) 5 7
by rows: DataType(UInt64) 5 7
as Int64: DataType(Int64) null null
equal to -5: DataType(Float64) -5
equal to -5n: DataType(Float64) 5
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
