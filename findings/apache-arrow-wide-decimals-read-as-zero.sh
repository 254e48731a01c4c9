#!/usr/bin/env bash
# apache-arrow 21.2.0: the text of a decimal of 256 bits, as pyarrow writes those of more than 38 digits, leaves most of it
# out: 150 is "0" and 2^100 is "6", by `String`, by `JSON.stringify` and as a BigInt. `Number` of the same value is right, and so is
# everything with 128 bits. Join the words of the value yourself: `value.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n)`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund apache-arrow@21.2.0 > /dev/null

cat > decimals.mjs <<'JS'
import { Decimal, makeData, tableFromIPC, tableToIPC, Table, Vector } from "apache-arrow";

const wordsOf = (value, bits) =>
  Uint32Array.from({ length: bits / 32 }, (_, word) => Number((value >> BigInt(32 * word)) & 0xffff_ffffn));
const joined = (words) => words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
for (const bits of [128, 256]) {
  for (const value of [0n, 150n, 2n ** 100n]) {
    const type = new Decimal(0, bits === 128 ? 38 : 76, bits);
    const vector = new Vector([makeData({ type, length: 1, data: wordsOf(value, bits) })]);
    const read = tableFromIPC(tableToIPC(new Table({ price: vector }))).get(0).price;
    let number;
    try { number = Number(read); } catch { number = "refused as unsafe"; }
    const all = { String: String(read), JSON: JSON.stringify(read), Number: number, joined: joined([...read]) };
    console.log(`${bits} bits, ${value}:`, Object.entries(all).map(([name, one]) => `${name} ${one}`).join(", "));
  }
}
JS
node decimals.mjs | tee seen
diff seen - << 'SEEN'
128 bits, 0: String 0, JSON "\"0\"", Number 0, joined 0
128 bits, 150: String 150, JSON "\"150\"", Number 150, joined 150
128 bits, 1267650600228229401496703205376: String 1267650600228229401496703205376, JSON "\"1267650600228229401496703205376\"", Number refused as unsafe, joined 1267650600228229401496703205376
256 bits, 0: String 0, JSON "\"0\"", Number 0, joined 0
256 bits, 150: String 0, JSON "\"0\"", Number 150, joined 150
256 bits, 1267650600228229401496703205376: String 6, JSON "\"6\"", Number refused as unsafe, joined 1267650600228229401496703205376
SEEN
# Seen on 2026-11-30 (the lines above), Node.js 26.10.0.
