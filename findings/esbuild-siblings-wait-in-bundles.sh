#!/usr/bin/env bash
# esbuild 0.28.2 (and rolldown 1.2.19): in a bundle, a module that awaits at its top level holds back the modules imported after it.
# Node.js and browsers run such siblings at the same time, as the language says. So `import "./connect.js"; import "./use.js"`, where
# `connect` awaits a connection, works in the bundle and finds no connection when the files run as they are. `use` must import
# `connect` itself: then both agree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund esbuild@0.28.2 rolldown@1.2.19 > /dev/null

mkdir src
cat > src/main.mjs <<'JS'
import "./connect.mjs";
import "./use.mjs";
JS
cat > src/connect.mjs <<'JS'
await new Promise((resolve) => setImmediate(resolve));
globalThis.connection = "open";
JS
cat > src/use.mjs <<'JS'
console.log(`the connection is ${globalThis.connection}`);
JS
npx esbuild src/main.mjs --bundle --format=esm --outfile=esbuild.mjs --log-level=error
npx rolldown src/main.mjs --format esm --file rolldown.mjs > /dev/null
for program in src/main.mjs esbuild.mjs rolldown.mjs; do
  echo "$program: $(node $program)"
done | tee seen
(echo 'import "./connect.mjs";' && cat src/use.mjs) > src/use-imports.mjs && mv src/use-imports.mjs src/use.mjs
echo "with an import of its own: $(node src/main.mjs)" | tee -a seen
diff seen - << 'SEEN'
src/main.mjs: the connection is undefined
esbuild.mjs: the connection is open
rolldown.mjs: the connection is open
with an import of its own: the connection is open
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
