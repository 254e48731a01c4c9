import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { root } from "./published-packages.ts";

/** Every page that a reader may open, by its path below the root. */
export const documents = globSync(
  ["*.md", "docs/**/*.md", "{packages,apps}/*/README.md", "examples/{,*/}README.md"],
  { cwd: root },
);

export function readDocument(document: string): string {
  return readFileSync(join(root, document), "utf8");
}

/** A piece of code of a page. */
export interface Snippet {
  /** `ts`, `yaml`, `sh`, …; empty where the page does not say. */
  language: string;
  code: string;
  /** The file that the snippet is, where its first line is a comment that says so. */
  file: string | undefined;
}

export function snippetsOf(document: string): Snippet[] {
  const blocks = readDocument(document).matchAll(/^```(\S*)\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, language = "", code = ""]) => ({
    language,
    code,
    file: /^(?:\/\/|#) ([\w./-]+\.(?:tsx?|yaml))\n/.exec(code)?.[1],
  }));
}

/** The headings of a page, its code left out. */
function headingsOf(text: string): { level: number; title: string }[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/^(#+) (.*)$/gm)].map(([, marks = "", title = ""]) => ({
    level: marks.length,
    title,
  }));
}

/** What links to a heading end in, as GitHub makes them; a title that comes again gets a number. */
export function anchorsOf(document: string): Set<string> {
  const anchors = new Set<string>();
  for (const { title } of headingsOf(readDocument(document))) {
    const plain = title.replace(/\]\([^)]*\)/g, "]").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The links of a page that stay in the repository: the file, and the heading in it where they name one. */
export function linksOf(document: string): { target: string; path: string; anchor: string | undefined }[] {
  const prose = readDocument(document).replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, target = ""]) => {
    const [file = "", anchor] = target.split("#");
    const path = file === "" ? document : posix.join(dirname(document), file);
    return { target, path, anchor };
  });
}
