#!/usr/bin/env bash
# apache-arrow (JavaScript) 21.2.0: a key that a row lacks, or `undefined`, becomes "" in a column of text, false in one of booleans and
# NaN in one of numbers, and the column says that it has no nulls; only an explicit `null` becomes null. So every reader, pandas for
# one, sees an answer where there was none. Write `null` for what is missing before you call `tableFromJSON` or `tableFromArrays`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund apache-arrow@21.2.0 > /dev/null
python3 -m venv --without-pip python
python3 -m pip --python python/bin/python install --quiet --disable-pip-version-check pyarrow==26.0.1

cat > write.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { tableFromJSON, tableToIPC } from "apache-arrow";

const rows = [{ id: 1, name: "Ann", paid: true, age: 40 }, { id: 2 }, { id: 3, name: null, paid: null, age: null }];
writeFileSync("rows.arrow", tableToIPC(tableFromJSON(rows), "file"));
JS
cat > read.py <<'PY'
import pyarrow.ipc

table = pyarrow.ipc.open_file("rows.arrow").read_all()
for row in table.to_pylist():
    print(row)
print({name: table[name].null_count for name in table.column_names})
PY
node write.mjs
python/bin/python read.py | tee seen
diff seen - << 'SEEN'
{'id': 1.0, 'name': 'Ann', 'paid': True, 'age': 40.0}
{'id': 2.0, 'name': '', 'paid': False, 'age': nan}
{'id': 3.0, 'name': None, 'paid': None, 'age': None}
{'id': 0, 'name': 1, 'paid': 1, 'age': 1}
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2, Python 3.11.7.
