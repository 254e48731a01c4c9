import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { root } from "./helpers/published-packages.ts";

describe("what a browser loads asks for no Node builtin", () => {
  test.each(["packages/core", "packages/browser"])("%s", (directory) => {
    for (const file of bundlesOf(directory)) expect(builtinsIn(file.text), file.name).toEqual([]);
  });

  test("nor does the proxy of packages/node, which runs where there is no Node.js", () => {
    const bundles = bundlesOf("packages/node");
    const entry = bundles.find(({ name }) => name === "proxy.js")?.text ?? "";
    const chunks = bundles.filter(({ name }) => entry.includes(`./${name}`));
    expect(entry.length + chunks.length).toBeGreaterThan(0);
    expect([entry, ...chunks.map(({ text }) => text)].flatMap((text) => builtinsIn(text))).toEqual([]);
  });

  test("control: the server's bundle does, so the search finds what it should", () => {
    expect(bundlesOf("apps/server").flatMap((file) => builtinsIn(file.text))).toContain("node:fs");
  });

  test("control: a builtin without its prefix is found too", () => {
    expect(builtinsIn('import { readFile } from "fs/promises";')).toEqual(["fs/promises"]);
    expect(builtinsIn('const path = require("path");')).toEqual(["path"]);
    expect(builtinsIn('await import("node:net")')).toEqual(["node:net"]);
  });
});

test.each(["packages/core", "packages/node", "packages/browser"])(
  "%s: no zod in what its index declares",
  (directory) => {
    const declarations = readFileSync(join(root, directory, "dist/index.d.ts"), "utf8");
    expect(declarations.match(/.*zod.*/g) ?? []).toEqual([]);
  },
);

/** One file may export what another needs; a door must not. */
test.each(["", "/adapter", "/ai", "/traces", "/wire", "/testing"])(
  "the built core%s gives what its source does",
  async (door) => {
    const source: object = await import(`@oomol/connect-core${door}`);
    const file = join(root, "packages/core/dist", `${door.slice(1) || "index"}.js`);
    const built: object = await import(/* @vite-ignore */ pathToFileURL(file).href);
    expect(Object.keys(built).sort()).toEqual(Object.keys(source).sort());
  },
);

function bundlesOf(directory: string): { name: string; text: string }[] {
  const dist = join(root, directory, "dist");
  const names = readdirSync(dist).filter((name) => name.endsWith(".js"));
  expect(names).not.toEqual([]);
  return names.map((name) => ({ name, text: readFileSync(join(dist, name), "utf8") }));
}

/** Modules of Node that a bundle imports or requires, as it spells them. */
function builtinsIn(text: string): string[] {
  const specifiers = text.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*\(?\s*["']([^"']+)["']/g);
  return [...specifiers]
    .map(([, specifier = ""]) => specifier)
    .filter((specifier) => specifier.startsWith("node:") || builtinModules.includes(specifier));
}
