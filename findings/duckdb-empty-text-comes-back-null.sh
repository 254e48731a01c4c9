#!/usr/bin/env bash
# @duckdb/node-api 1.5.6-r.1 (DuckDB 1.5): `COPY … TO` writes NULL as nothing and an empty text as "" in a CSV file, so that they differ,
# but `read_csv` and `COPY … FROM` read both as NULL: a table that DuckDB itself has written comes back with NULL for every empty text.
# Read it with `allow_quoted_nulls = false`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund @duckdb/node-api@1.5.6-r.1 > /dev/null

cat > round-trip.mjs <<'JS'
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const connection = await (await DuckDBInstance.create()).connect();
const rows = async (query) => JSON.stringify((await connection.runAndReadAll(query)).getRowsJson());
await connection.run("CREATE TABLE notes AS SELECT * FROM (VALUES (1, 'words'), (2, ''), (3, NULL)) AS t(id, note)");
await connection.run("COPY notes TO 'notes.csv'");
console.log("table: ", await rows("FROM notes ORDER BY id"));
console.log("file:  ", JSON.stringify(readFileSync("notes.csv", "utf8")));
console.log("read:  ", await rows("FROM read_csv('notes.csv')"));
console.log("asked: ", await rows("FROM read_csv('notes.csv', allow_quoted_nulls = false)"));
await connection.run("CREATE TABLE copied (id INTEGER, note VARCHAR)");
await connection.run("COPY copied FROM 'notes.csv'");
console.log("copied:", await rows("FROM copied ORDER BY id"));
JS
node round-trip.mjs | tee seen
diff seen - << 'SEEN'
table:  [[1,"words"],[2,""],[3,null]]
file:   "id,note\n1,words\n2,\"\"\n3,\n"
read:   [["1","words"],["2",null],["3",null]]
asked:  [["1","words"],["2",""],["3",null]]
copied: [[1,"words"],[2,null],[3,null]]
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
