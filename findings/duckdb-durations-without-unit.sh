#!/usr/bin/env bash
# pandas 3.1.1 to DuckDB 2.0.1 by Parquet: a column of durations is read as BIGINT, a bare number of ticks, and the tick is the unit that
# pandas happened to choose: 90 seconds from `to_timedelta([90], unit="s")` are 90000000, from `to_timedelta([1.5], unit="m")`
# 90000000000. Parquet has no type for durations; the unit stands in the metadata of Arrow, which pandas and polars read and DuckDB
# does not. Write seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv --without-pip python
python3 -m pip --python python/bin/python install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 duckdb==2.0.1

cat > durations.py <<'PY'
import duckdb
import pandas

def show(name, durations):
    pandas.DataFrame({"d": durations}).to_parquet("durations.parquet")
    value, kind = duckdb.sql("select d, typeof(d) from 'durations.parquet'").fetchall()[0]
    print(f"{name}: pandas {pandas.read_parquet('durations.parquet')['d'][0]}, duckdb {kind} {value}")

show("90 s ", pandas.to_timedelta([90], unit="s"))
show("1.5 m", pandas.to_timedelta([1.5], unit="m"))
PY
python/bin/python durations.py | tee seen
diff seen - << 'SEEN'
90 s : pandas 0 days 00:01:30, duckdb BIGINT 90000000
1.5 m: pandas 0 days 00:01:30, duckdb BIGINT 90000000000
SEEN
# Seen on 2026-11-29 (the lines above), Python 3.11.7.
