#!/usr/bin/env bash
# arquero 7.2.1: `toArrowIPC()` writes a column of plain JavaScript numbers in the narrowest integer type that holds them: [1, 2, 100]
# becomes int8. What reads the file computes in int8: polars 2.1.0 gives -56 for 100 * 2, without a warning (so does pandas 3.1.1). The
# type follows the values, so that two parts of one table differ. Give the types to `toArrowIPC`, or cast on the other side.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund arquero@7.2.1 > /dev/null
python3 -m venv --without-pip python
python3 -m pip --python python/bin/python install --quiet --disable-pip-version-check polars==2.1.0

cat > write.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { table } from "arquero";

writeFileSync("small.arrow", table({ n: [1, 2, 100] }).toArrowIPC({ format: "file" }));
writeFileSync("large.arrow", table({ n: [1, 2, 100_000] }).toArrowIPC({ format: "file" }));
JS
cat > read.py <<'PY'
import polars

small = polars.read_ipc("small.arrow")["n"]
print("types:  ", small.dtype, polars.read_ipc("large.arrow")["n"].dtype)
print("n * 2:  ", (small * 2).to_list())
PY
node write.mjs
python/bin/python read.py | tee seen
diff seen - << 'SEEN'
types:   Int8 Int32
n * 2:   [2, 4, -56]
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2, Python 3.11.7. JavaScript itself says 200.
