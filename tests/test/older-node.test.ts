import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { startConnectServer } from "@oomol/test-server";
import { expect, test } from "vitest";
import { snippetsOf } from "./helpers/documents.ts";
import { root } from "./helpers/published-packages.ts";

// Node.js 22.12: older than what programs need.
const olderNode = join(
  dirname(createRequire(join(root, "tests/node22/package.json")).resolve("node22/package.json")),
  "bin/node",
);

test.each([
  ["connect-server", "apps/server"],
  ["oomol-connect", "apps/cli"],
  ["nodejs-executor", "packages/scriptlet"],
])("%s says which Node.js it needs", async (name, folder) => {
  const { engines } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
  const program = join(root, folder, "bin", `${name}.js`);
  const failure = await promisify(execFile)(olderNode, [program, "--help"]).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 2,
    stdout: "",
    stderr: `${name} needs Node.js ${engines.node}; this is v22.12.0 (${olderNode}).\n`,
  });
});

test("the README's first program runs on the oldest Node.js that it promises, without a compiler", async () => {
  await using server = await startConnectServer({ packages: [join(root, "apps/blocks")] });
  await using folder = await folderBeside();
  const [{ code } = { code: "" }] = snippetsOf("README.md").filter(({ language }) => language === "ts");
  const file = join(folder.path, "quick-start.mjs");
  await writeFile(file, code.replace("http://localhost:3000/api", server.url));
  const { stdout, stderr } = await promisify(execFile)(olderNode, [file]);
  expect(stdout).toMatch(/^Task ID: .+\nResult: \{"audio_address":".+"\}\n$/);
  expect(stderr).toBe("");
});

test("of Node's own warnings, only that on SQLite is kept back", async () => {
  const code = `
    import { loadSqlite } from ${JSON.stringify(join(root, "apps/server/src/store/load-sqlite.ts"))};
    new (loadSqlite().DatabaseSync)(":memory:").close();
    process.emitWarning("another", "ExperimentalWarning");`;
  const flags = ["--experimental-strip-types", "--experimental-sqlite", "--input-type=module"];
  const { stderr } = await promisify(execFile)(olderNode, [...flags, "--eval", code]);
  expect(stderr).not.toContain("SQLite");
  expect(stderr).toContain("ExperimentalWarning: another");
});

test("control: this Node.js warns of SQLite", async () => {
  const flags = ["--experimental-sqlite", "--eval", 'require("node:sqlite")'];
  const { stderr } = await promisify(execFile)(olderNode, flags);
  expect(stderr).toContain("SQLite is an experimental feature");
});

/** Where a program finds the packages of the tests. */
async function folderBeside(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(root, "tests/guide-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
