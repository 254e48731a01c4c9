import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { root } from "./helpers/published-packages.ts";

const documents = globSync(["*.md", "docs/**/*.md", "{packages,apps}/*/README.md"], { cwd: root });

describe.each(documents)("%s", (document) => {
  const text = readFileSync(join(root, document), "utf8");

  test("its links lead somewhere", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = ""]) => target);
    const missing = targets.filter((target) => !existsSync(join(root, dirname(document), target)));
    expect(missing).toEqual([]);
  });

  const snippets = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code);
  test.runIf(snippets.length > 0)("its snippets compile", () => {
    expect(problemsOf(snippets.map(complete))).toEqual([]);
  });
});

test("control: a snippet that calls what is not there fails", () => {
  expect(problemsOf([complete("await client.tasks.runn({});")])).not.toEqual([]);
});

/** Snippets of one page build on its first one: give them its client. */
function complete(code: string): string {
  const client = /\bconst client\b|using client\b/.test(code)
    ? ""
    : "declare const client: OomolConnectClient;\n";
  const imported = client && !/import \{[^}]*OomolConnectClient/.test(code);
  return `${imported ? 'import { OomolConnectClient } from "@oomol/connect-node";\n' : ""}${code}\n${client}export {};\n`;
}

function problemsOf(snippets: string[]): string[] {
  const sources = new Map(snippets.map((code, index) => [join(root, "tests", `snippet-${index}.ts`), code]));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "tests/node_modules/@types")],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.readFile = (name) => sources.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const code = sources.get(name);
    return code === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, code, rest[0]);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const place = file ? relative(root, file.fileName) : "";
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}
