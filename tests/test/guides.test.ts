import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { startConnectServer } from "@oomol/test-server";
import { describe, expect, test } from "vitest";
import { type Snippet, snippetsOf } from "./helpers/documents.ts";

import { root } from "./helpers/published-packages.ts";
import { runProgram } from "./helpers/run-program.ts";

const vitestProgram = join(
  dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
  "vitest.mjs",
);

describe.each([
  ...["run-a-block", "upload-files", "write-and-test-a-block", "values", "previews"],
  "tools-for-models",
])("%s", (guide) => {
  test("does what it says", { timeout: 240_000 }, async () => {
    const snippets = snippetsOf(`docs/guides/${guide}.md`);
    await using folder = await writeFiles(snippets.filter(({ file }) => file !== undefined));
    const packages = [
      join(root, "apps/blocks"),
      ...(snippets.some(({ file }) => file === "package.oo.yaml") ? [folder.path] : []),
    ];
    await using server = await startConnectServer({ packages });

    if (snippets.some(({ file }) => file?.endsWith(".test.ts"))) {
      const tested = await runProgram([vitestProgram, "run", "--root", folder.path], { cwd: folder.path });
      expect(tested, `${tested.stdout}${tested.stderr}`).toMatchObject({ exitCode: 0 });
    }
    const programs = snippets.filter(({ language, file = "" }) => language === "ts" && !file.includes("/"));
    expect(programs).not.toEqual([]);
    for (const [index, { code }] of programs.entries()) {
      const file = join(folder.path, `program-${index}.ts`);
      await writeFile(file, complete(code).replaceAll("http://localhost:3000/api", server.url));
      const run = await runProgram([file], { cwd: folder.path });
      expect(run, code).toMatchObject({ exitCode: 0, stderr: "" });
      const promised = promisedLines(code);
      if (promised.length > 0) expect(run.stdout.trimEnd().split("\n")).toEqual(promised);
    }
  });
});

test("control: another line than promised is seen", () => {
  expect(["a 1"]).toEqual(promisedLines("console.log(x); // prints a …"));
  expect(["b 1"]).not.toEqual(promisedLines("console.log(x); // prints a …"));
});

/** What a snippet says that it prints, line by line; `…` stands for anything. */
function promisedLines(code: string): unknown[] {
  return [...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, line = ""]) => {
    const pattern = line.split("…").map((part) => part.replaceAll(/[^\w\s]/g, "\\$&"));
    return expect.stringMatching(new RegExp(`^${pattern.join(".+")}$`));
  });
}

/** Snippets build on the first one of their page: give them its client. */
function complete(code: string): string {
  if (!/\bclient\b/.test(code) || /\b(const|using) client\b/.test(code)) return code;
  return [
    'import { OomolConnectClient } from "@oomol/connect-node";',
    'await using client = new OomolConnectClient({ baseUrl: "http://localhost:3000/api" });',
    code,
  ].join("\n");
}

/** The files of a page in a folder that finds the packages of the tests; gone at the end. */
async function writeFiles(snippets: readonly Snippet[]): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(root, "tests/guide-"));
  for (const { file = "", code } of snippets) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), code);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
