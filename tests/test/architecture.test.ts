import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDocument } from "./helpers/documents.ts";
import { root } from "./helpers/published-packages.ts";

const page = readDocument("ARCHITECTURE.md");

test("each walk has as many files as it says", () => {
  const walks = [...page.matchAll(/^### (.+) \((\d+) files\)\n([\s\S]*?)(?=^##)/gm)].map(
    ([, title = "", said = "", text = ""]) => ({ title, said: Number(said), files: filesIn(text).length }),
  );
  expect(walks).toHaveLength(3);
  for (const { title, said, files } of walks) expect(files, title).toBe(said);
});

test("the layers are those that the check holds", () => {
  const settings = readFileSync(join(root, ".dependency-cruiser.mjs"), "utf8");
  for (const name of ["core", "scriptlet", "server"]) {
    const [, held = ""] =
      new RegExp(String.raw`^ {2}${name}: \[\n([\s\S]*?)^ {2}\],`, "m").exec(settings) ?? [];
    const layers = [...held.matchAll(/\[([^\]]+)\]/g)].map(([, parts = ""]) => parts.match(/[\w-]+/g));
    expect(layers.length, name).toBeGreaterThan(5);
    expect(layersOf(name), name).toEqual(layers);
  }
});

/** The numbered items of a walk, each of which begins with the link to its file. */
function filesIn(walk: string): string[] {
  return walk.match(/^\d+\. \[[^\]]+\]\([^)]+\)/gm) ?? [];
}

/** The line of a package in the picture of the layers, and those that go on with it. */
function layersOf(name: string): (string[] | null)[] {
  const [, line = ""] = new RegExp(String.raw`^${name} +((?:.*\n)(?: +←.*\n)*)`, "m").exec(page) ?? [];
  return line.split("←").map((layer) => layer.match(/[\w-]+/g));
}
