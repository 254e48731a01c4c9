#!/usr/bin/env bash
# zod 4.6.7: `z.fromJSONSchema` throws on keywords that it does not know (`not`, `if`), so that one takes the rest for kept. It forgets:
# names in `required` that are not in `properties`, all keywords beside `allOf`, `anyOf` and `$ref`, and numbers and lengths if there is no
# `type`; and it makes a schema that nothing fits of an `enum` or `const` with an object. Compare with a validator before you trust it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund zod@4.6.7 ajv@8.20.0 > /dev/null

cat > compare.mjs <<'JS'
import { Ajv2020 } from "ajv/dist/2020.js";
import * as z from "zod";

const ajv = new Ajv2020({ strict: false });
const cases = {
  "required, no property": [{ type: "object", properties: { a: {} }, required: ["a", "b"] }, { a: 1 }],
  "allOf and required": [{ type: "object", properties: { a: {} }, allOf: [{ required: ["a"] }] }, {}],
  "anyOf and minLength": [{ anyOf: [{ type: "string" }, { type: "null" }], minLength: 3 }, "a"],
  "$ref and minLength": [{ $ref: "#/$defs/text", minLength: 3, $defs: { text: { type: "string" } } }, "a"],
  "maximum, no type": [{ maximum: 3 }, 5],
  "const of an object": [{ const: { a: 1 } }, { a: 1 }],
};
for (const [name, [schema, value]] of Object.entries(cases)) {
  console.log(`${name}: ajv ${ajv.validate(schema, value)}, zod ${z.fromJSONSchema(schema).safeParse(value).success}`);
}
JS
node compare.mjs | tee seen
diff seen - << 'SEEN'
required, no property: ajv false, zod true
allOf and required: ajv false, zod true
anyOf and minLength: ajv false, zod true
$ref and minLength: ajv false, zod true
maximum, no type: ajv false, zod true
const of an object: ajv true, zod false
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
