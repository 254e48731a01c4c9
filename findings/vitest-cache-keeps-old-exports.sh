#!/usr/bin/env bash
# vitest 5.1.1: transformed modules are kept in node_modules/.vitest-cache from one run to the next, each under its own text. The places
# to which its imports lead are kept with it. So when `exports` of a workspace package points to another file, the next run still
# tests the old file, and a module that only the new one has "is not a function"; Node.js imports the new one. Nothing is said.
# Remove the folder after a change of `exports`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir greeting
echo '{ "name": "root", "private": true, "type": "module", "workspaces": ["greeting"] }' > package.json
lead_to() {
  echo "{ \"name\": \"greeting\", \"version\": \"1.0.0\", \"type\": \"module\", \"exports\": \"./$1.js\" }" > greeting/package.json
}
lead_to one
npm install --loglevel=error --no-audit --no-fund vitest@5.1.1 > /dev/null

echo 'export const words = "one";' > greeting/one.js
echo 'export const words = "two";' > greeting/two.js
echo 'export { words } from "greeting";' > speak.js
cat > speak.test.js <<'JS'
import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { words } from "./speak.js";
test("speaks", () => writeFileSync("spoken", words));
JS
say() {
  npx vitest run > /dev/null
  echo "$1 vitest $(cat spoken), Node.js $(node --input-type=module -e 'import("./speak.js").then(({ words }) => console.log(words))')"
}
{
  say "at first:           "
  lead_to two
  say "exports changed:    "
  rm -r node_modules/.vitest-cache
  say "without the cache:  "
} | tee seen
diff seen - << 'SEEN'
at first:            vitest one, Node.js one
exports changed:     vitest one, Node.js two
without the cache:   vitest two, Node.js two
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
