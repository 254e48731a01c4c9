#!/usr/bin/env bash
# Node.js 26.10 (V8 14.6; 24.0 and 20 do it right): a class in brackets before `$` does not find a character above U+FFFF at the end of a
# text, with the flag `u`: /[^a]$/u says false to "x😀", and so does /[😀a]$/u. It finds it with
# `^` in front, with `+`, with the flag `v`, or without brackets (`\S`). Write the class with the flag `v`, or with `+`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > look.mjs <<'JS'
const text = "x\u{1F600}";
const patterns = [/[^a]$/u, /[\u{1F600}a]$/u, /x[^a]$/u, /[^a]$/v, /[^a]+$/u, /^x[^a]$/u, /\S$/u, /[^a](?!.)/u];
const seen = patterns.map((pattern) => `${pattern.source.replace("\u{1F600}", "\\u{1F600}")} ${pattern.flags} ${pattern.test(text)}`);
console.log(`${process.version}\n${seen.join("\n")}\nwithout the emoji ${/[^a]$/u.test("x")}`);
JS
for version in 26.10.0 24.0.0; do
  npm install --silent --no-audit --no-fund --no-save --prefix "$version" "node@$version" > install.log 2>&1 || { cat install.log; exit 1; }
  "$version/node_modules/node/bin/node" look.mjs
done | tee seen
diff seen - << 'SEEN'
v26.10.0
[^a]$ u false
[\u{1F600}a]$ u false
x[^a]$ u false
[^a]$ v true
[^a]+$ u true
^x[^a]$ u true
\S$ u true
[^a](?!.) u true
without the emoji true
v24.0.0
[^a]$ u true
[\u{1F600}a]$ u true
x[^a]$ u true
[^a]$ v true
[^a]+$ u true
^x[^a]$ u true
\S$ u true
[^a](?!.) u true
without the emoji true
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 26.10.0 and 24.0.0 of npm's package `node`.
