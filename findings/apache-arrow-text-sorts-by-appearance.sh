#!/usr/bin/env bash
# apache-arrow (JavaScript) 21.2.0 read by pandas 3.1.1: `tableFromArrays` writes text as a dictionary, pandas makes it a categorical
# column, and pandas sorts, groups and pivots categories in the order in which the dictionary lists them, the order in which
# the values first appeared: `sort_values` of ["pear", "apple", "fig"] changes nothing. Pass `vectorFromArray(values, new Utf8())`
# instead of an array.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund apache-arrow@21.2.0 > /dev/null
python3 -m venv --without-pip python
python3 -m pip --python python/bin/python install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1

cat > write.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { tableFromArrays, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";

const fruit = ["pear", "apple", "fig"];
writeFileSync("array.arrow", tableToIPC(tableFromArrays({ fruit }), "file"));
writeFileSync("utf8.arrow", tableToIPC(tableFromArrays({ fruit: vectorFromArray(fruit, new Utf8()) }), "file"));
JS
cat > read.py <<'PY'
import pyarrow.ipc

words = pyarrow.ipc.open_file("array.arrow").read_all()
plain = pyarrow.ipc.open_file("utf8.arrow").read_all()
print("pandas sort:   ", words.to_pandas().sort_values("fruit")["fruit"].tolist())
print("pandas groupby:", words.to_pandas().groupby("fruit").size().index.tolist())
print("pandas, utf8:  ", plain.to_pandas().sort_values("fruit")["fruit"].tolist())
PY
node write.mjs
python/bin/python read.py | tee seen
diff seen - << 'SEEN'
pandas sort:    ['pear', 'apple', 'fig']
pandas groupby: ['pear', 'apple', 'fig']
pandas, utf8:   ['apple', 'fig', 'pear']
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2, Python 3.11.7.
