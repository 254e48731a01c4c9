import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument } from "./documents.ts";
import { root } from "./published-packages.ts";

/** A place of `docs/spec` that a source or document names, as in "oocana-protocol 9.2 #1". */
export interface Citation {
  page: string;
  /** A section, an item of its list (`6.9.2`), or a row of its table (`9.2 #1`). */
  section: string;
}

const section = String.raw`\d+(?:\.\d+)*(?: #\d+)?`;
const citation = new RegExp(
  String.raw`\b(connect-api|oocana-protocol|scriptlet-context) (${section}(?:, ${section})*)`,
  "g",
);

/** The citations in a text, a list of sections behind one page taken apart. */
export function citationsIn(text: string): Citation[] {
  return [...text.matchAll(citation)].flatMap(([, page = "", sections = ""]) =>
    sections.split(", ").map((each) => ({ page, section: each })),
  );
}

/** References of a page to itself: the word "section" with a number, or a number in brackets. */
export function ownReferencesIn(page: string): Citation[] {
  const text = readDocument(`docs/spec/${page}.md`);
  const found = text.matchAll(new RegExp(String.raw`\b[Ss]ection (${section})|\((\d+\.${section})\)`, "g"));
  return [...found].map(([, named, bare]) => ({ page, section: named ?? bare ?? "" }));
}

/** What a page of `docs/spec` has to cite: sections, items of their lists, rows of their tables. */
export function sectionsOf(page: string): Set<string> {
  const path = `docs/spec/${page}.md`;
  if (!existsSync(join(root, path))) return new Set();
  const prose = readDocument(path).replace(/^```[\s\S]*?^```/gm, "");
  const sections = new Set<string>();
  let current = "";
  for (const line of prose.split("\n")) {
    const [, heading] = /^#+ (\d+(?:\.\d+)*)\.? /.exec(line) ?? [];
    const [, item] = /^(\d+)\. /.exec(line) ?? [];
    const [, row] = /^\| (\d+) +\|/.exec(line) ?? [];
    if (heading) current = heading;
    else if (line.startsWith("#")) current = "";
    if (heading) sections.add(heading);
    if (current && item) sections.add(`${current}.${item}`);
    if (current && row) sections.add(`${current} #${row}`);
  }
  return sections;
}

/** The forms that lead nowhere: a page without a section, a section without a page, a path out of the repository. */
export function lostCitationsIn(file: string, text: string): string[] {
  const comments = file.endsWith(".md") ? "" : (text.match(/^\s*(?:\/\/|\/?\*).*$/gm)?.join("\n") ?? "");
  return [
    ...text.matchAll(/\.\.\/shared\//g),
    ...comments.matchAll(/\b(?:connect-api|oocana-protocol|scriptlet-context)(?: [^\d\s]|[^\w\s-])/g),
    ...comments.matchAll(/(?<!(?:semver|RFC) [\d.]+,? )\b[Ss]ections? \d[\d.]*/g),
    ...comments.matchAll(/\(\d+\.\d+(?:\.\d+)*(?: #\d+)?\)/g),
  ].map(([match]) => match);
}

/** The tracked sources, documents and settings, each with its text. */
export function trackedTexts(): { file: string; text: string }[] {
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");
  return files
    .filter((file) => /\.(?:[cm]?[jt]sx?|md|ya?ml|json)$/.test(file) && existsSync(join(root, file)))
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
}
