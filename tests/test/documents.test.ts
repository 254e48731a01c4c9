import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { compileProblems } from "./helpers/compile-problems.ts";
import { root } from "./helpers/published-packages.ts";

const documents = globSync(["*.md", "docs/**/*.md", "{packages,apps}/*/README.md"], { cwd: root });

describe.each(documents)("%s", (document) => {
  test("its links lead somewhere", () => {
    const targets = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target = ""]) => target,
    );
    const missing = targets.filter((target) => !existsSync(join(root, dirname(document), target)));
    expect(missing).toEqual([]);
  });
});

test("every snippet compiles", () => {
  const files = documents.flatMap((document) => snippetFiles(document));
  expect(files.length).toBeGreaterThan(10);
  expect(compileProblems(new Map(files))).toEqual([]);
});

test("control: a snippet that calls what is not there fails", () => {
  const file = join(root, "tests/control.ts");
  expect(compileProblems(new Map([[file, complete("await client.tasks.runn({});")]]))).toHaveLength(1);
});

/** The snippets of a page as files beside each other, so that they can import one another by the name in their first line. */
function snippetFiles(document: string): [path: string, code: string][] {
  // A package's own page imports what the package has; any other page what the tests have.
  const home = dirname(document) === "." || document.startsWith("docs") ? "tests" : dirname(document);
  const folder = join(root, home, `snippets-of-${relative(".", document).replaceAll(/\W/g, "-")}`);
  const snippets = [...read(document).matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code);
  return snippets.map((code, index) => {
    const name = /^\/\/ ([\w.-]+\.ts)\n/.exec(code)?.[1] ?? `snippet-${index}.ts`;
    return [join(folder, name), complete(code)];
  });
}

/** Snippets build on the first one of their page: give them its client. */
function complete(code: string): string {
  if (!/\bclient\b/.test(code) || /\b(const|using) client\b/.test(code)) return `${code}\nexport {};\n`;
  const imported = /import \{[^}]*OomolConnectClient/.test(code)
    ? ""
    : 'import type { OomolConnectClient } from "@oomol/connect-node";\n';
  return `${imported}${code}\ndeclare const client: OomolConnectClient;\nexport {};\n`;
}

function read(document: string): string {
  return readFileSync(join(root, document), "utf8");
}
