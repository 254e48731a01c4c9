#!/usr/bin/env bash
# vega 6.2.0: `aggregate` (and so every Vega-Lite chart with an aggregate) tells groups apart by their values joined with "|". The
# groups ("a|b", "c") and ("a", "b|c") are one, drawn under the name of the first; so are 1 and "1", and null and "null". Totals stay
# right, so the chart looks right. Replace "|" in fields that are grouped by, or aggregate before you draw.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund vega@6.2.0 vega-lite@6.4.1 > /dev/null

cat > chart.mjs <<'JS'
import { parse, View } from "vega";
import { compile } from "vega-lite";

async function sums(values) {
  const chart = {
    data: { values },
    mark: "bar",
    encoding: { x: { field: "site" }, color: { field: "team" }, y: { aggregate: "sum", field: "n", stack: false } },
  };
  const { spec } = compile(chart);
  const view = await new View(parse(spec)).runAsync();
  const bars = view.data(spec.marks[0].from.data);
  return bars.map(({ site, team, sum_n }) => `${JSON.stringify(site)} ${JSON.stringify(team)} ${sum_n}`).join(", ");
}
const row = (site, team, n) => ({ site, team, n });
console.log("bars:   ", await sums([row("a|b", "c", 1), row("a", "b|c", 2)]));
console.log("dashes: ", await sums([row("a-b", "c", 1), row("a", "b-c", 2)]));
console.log("numbers:", await sums([row(1, "x", 1), row("1", "x", 2)]));
console.log("null:   ", await sums([row(null, "x", 1), row("null", "x", 2)]));
JS
node chart.mjs | tee seen
diff seen - << 'SEEN'
bars:    "a|b" "c" 3
dashes:  "a-b" "c" 1, "a" "b-c" 2
numbers: 1 "x" 3
null:    null "x" 3
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
