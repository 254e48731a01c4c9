import { readFile, writeFile } from "node:fs/promises";
import { definePackage } from "@oomol/tooling/define-package";
import { writeThirdPartyNotices } from "@oomol/tooling/write-third-party-notices";

// Both are built at once, so neither may clean: the command does it before.
const library = definePackage({
  clean: false,
  entry: { index: "src/index.ts", react: "src/react/index.ts" },
  onSuccess: markAsClient,
});

/** Everything in one file, for `<script type="module">` without a bundler. */
const oneFile = definePackage({
  entry: { "oomol-connect.min": "src/index.ts" },
  dts: false,
  clean: false,
  minify: true,
  splitting: false,
  noExternal: [/.*/],
  platform: "browser",
  esbuildPlugins: [writeThirdPartyNotices("dist/third-party-notices.md")],
});

export default [library, oneFile].flat();

/** Servers that render components read it: hooks run in the page. The build drops it from a source, and the client needs none. */
async function markAsClient(): Promise<void> {
  await writeFile("dist/react.js", `"use client";\n${await readFile("dist/react.js", "utf8")}`);
}
