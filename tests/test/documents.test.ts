import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { compileProblems } from "./helpers/compile-problems.ts";
import { anchorsOf, documents, linksOf, readDocument, snippetsOf } from "./helpers/documents.ts";
import { root } from "./helpers/published-packages.ts";

describe.each(documents)("%s", (document) => {
  test("its links lead somewhere", () => {
    const missing = linksOf(document).filter(({ path }) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  test("its links to headings lead to one", () => {
    const lost = linksOf(document).filter(
      ({ path, anchor }) => anchor !== undefined && documents.includes(path) && !anchorsOf(path).has(anchor),
    );
    expect(lost).toEqual([]);
  });
});

test("README.zh-CN.md has the headings and the code of README.md, and they link to each other", () => {
  const [english, chinese] = ["README.md", "README.zh-CN.md"] as const;
  expect(outlineOf(chinese)).toEqual(outlineOf(english));
  expect(linksOf(chinese).map(({ path }) => path)).toContain(english);
  expect(linksOf(english).map(({ path }) => path)).toContain(chinese);
});

test("README.zh-CN.md has as many rows in its tables, and leads to the same pages", () => {
  const rows = (document: string) => readDocument(document).match(/^\|/gm)?.length;
  const pages = (document: string) =>
    new Set(linksOf(document).flatMap(({ path }) => (path.startsWith("README") ? [] : [path])));
  expect(rows("README.zh-CN.md")).toBe(rows("README.md"));
  expect(pages("README.zh-CN.md")).toEqual(pages("README.md"));
});

test("every decision has a number of its own", () => {
  const numbers = readdirSync(join(root, "docs/decisions")).map((name) => name.slice(0, 4));
  expect(numbers.toSorted()).toEqual([...new Set(numbers)].toSorted());
});

test("control: headings become anchors as GitHub makes them", () => {
  expect(anchorsOf("README.md")).toContain("the-three-forms-of-inputs");
});

test("every snippet compiles", () => {
  const files = documents.flatMap((document) => snippetFiles(document));
  expect(files.length).toBeGreaterThan(10);
  expect(compileProblems(new Map(files))).toEqual([]);
});

test("control: a snippet that calls what is not there fails", () => {
  const file = join(root, "tests/control.ts");
  expect(compileProblems(new Map([[file, complete("await client.tasks.runWell({});")]]))).toHaveLength(1);
});

/** Headings, by their level, and code, as they follow each other. */
function outlineOf(document: string): string[] {
  return readDocument(document).match(/^```[\s\S]*?^```|^#+ /gm) ?? [];
}

/** The snippets of a page as files beside each other, so that they can import one another by the name in their first line. */
function snippetFiles(document: string): [path: string, code: string][] {
  // A package's own page imports what the package has; any other page what the tests have.
  const home = dirname(document) === "." || document.startsWith("docs") ? "tests" : dirname(document);
  const folder = join(root, home, `snippets-of-${relative(".", document).replaceAll(/\W/g, "-")}`);
  const snippets = snippetsOf(document).filter(({ language }) => /^tsx?$/.test(language));
  return snippets.map(({ language, code, file }, index) => [
    join(folder, file ?? `snippet-${index}.${language}`),
    complete(code, ownClient.get(home)),
  ]);
}

/** Where the client of a page comes from that imports what its package has, and so not that for Node.js. */
const ownClient = new Map([
  ["packages/core", "@oomol/connect-core"],
  ["packages/browser", "@oomol/connect-browser"],
]);

/** Snippets build on the first one of their page: give them its client. */
function complete(code: string, home = "@oomol/connect-node"): string {
  if (!/\bclient\b/.test(code) || /\b(const|using) client\b/.test(code)) return `${code}\nexport {};\n`;
  const imported = /import \{[^}]*OomolConnectClient/.test(code)
    ? ""
    : `import type { OomolConnectClient } from "${home}";\n`;
  return `${imported}${code}\ndeclare const client: OomolConnectClient;\nexport {};\n`;
}
