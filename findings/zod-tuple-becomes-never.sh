#!/usr/bin/env bash
# json-schema-to-typescript 16.0.0 does not know `prefixItems` of JSON Schema 2020-12, which zod 4.6.7 writes for tuples, and takes the
# `items: false` beside it for the whole truth: `z.tuple([z.string(), z.number()])` becomes the TypeScript type `never[]`, to which only
# `[]` can be assigned, and a tuple with a rest becomes a list of the rest alone. Nothing is said. Write the schema for draft 7
# (`z.toJSONSchema(schema, { target: "draft-7" })`), whose list of `items` it reads as a tuple.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund zod@4.6.7 json-schema-to-typescript@16.0.0 > /dev/null

cat > types.mjs <<'JS'
import { compile } from "json-schema-to-typescript";
import * as z from "zod";

const typeOf = async (schema, options) => {
  const text = await compile(z.toJSONSchema(schema, options), "Point", { bannerComment: "", format: false });
  return /export type Point = (.*)/.exec(text)?.[1].trim();
};
const point = z.tuple([z.string(), z.number()]);
console.log("tuple:         ", await typeOf(point));
console.log("with a rest:   ", await typeOf(z.tuple([z.string()], z.number())));
console.log("tuple, draft 7:", await typeOf(point, { target: "draft-7" }));
JS
node types.mjs | tee seen
diff seen - << 'SEEN'
tuple:          never[]
with a rest:    [number, ...(number)[]]
tuple, draft 7: [string, number]
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
