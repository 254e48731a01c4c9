#!/usr/bin/env bash
# polars 2.1.0 (Python): `read_json`, and `DataFrame` of a list of dicts, take the types from the first 100 rows. If the 101st number of
# a column of integers is 1.5, they read 1, without a word, although `strict` is on; `read_ndjson` of the same rows raises an error. One
# row earlier, the column is Float64 and right. Pass `infer_schema_length=None`, or a schema.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv --without-pip python
python3 -m pip --python python/bin/python install --quiet --disable-pip-version-check polars==2.1.0

cat > read.py <<'PY'
import json
import polars

def last(read):
    try:
        return read()["price"][-1]
    except polars.exceptions.PolarsError as error:
        return type(error).__name__

for whole in (99, 100):
    rows = [{"price": 1}] * whole + [{"price": 1.5}]
    print(f"{whole} whole numbers, then 1.5")
    print("  read_json:       ", last(lambda: polars.read_json(json.dumps(rows).encode())))
    print("  read_ndjson:     ", last(lambda: polars.read_ndjson("\n".join(map(json.dumps, rows)).encode())))
    print("  DataFrame:       ", last(lambda: polars.DataFrame(rows)))
    print("  read_json, None: ", last(lambda: polars.read_json(json.dumps(rows).encode(), infer_schema_length=None)))
PY
python/bin/python read.py | tee seen
diff seen - << 'SEEN'
99 whole numbers, then 1.5
  read_json:        1.5
  read_ndjson:      1.5
  DataFrame:        1.5
  read_json, None:  1.5
100 whole numbers, then 1.5
  read_json:        1
  read_ndjson:      ComputeError
  DataFrame:        1
  read_json, None:  1.5
SEEN
# Seen on 2026-11-29 (the lines above), Python 3.11.7.
