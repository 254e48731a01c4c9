#!/usr/bin/env node
import { readFileSync } from "node:fs";

// Before anything that an older Node.js does not have.
const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const [oldest, own] = [engines.node, process.versions.node].map((version) =>
  version.match(/\d+/g).map(Number),
);
if (own[0] < oldest[0] || (own[0] === oldest[0] && own[1] < oldest[1])) {
  process.stderr.write(
    `oomol-connect needs Node.js ${engines.node}; this is ${process.version} (${process.execPath}).\n`,
  );
  process.exit(2);
}
await import("../dist/cli.js");
