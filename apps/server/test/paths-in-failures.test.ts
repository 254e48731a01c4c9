import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createTemporaryFolder, type TemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { openTestServer, type TestLog } from "./open-test-server.ts";

const code: Record<string, [entry: string, code: string]> = {
  script: ["main.js", `export default () => JSON.parse("{");`],
  typed: [
    "main.ts",
    `import { fail } from "../../lib/fail.ts";\nexport default (): void => fail("typed");\n`,
  ],
  missing: ["main.js", `import "./absent.js"; export default () => {};`],
  session: [
    "main.js",
    `import { readFileSync } from "node:fs"; export default (_, context) => readFileSync(context.sessionDir + "/absent.txt");`,
  ],
  told: [
    "main.js",
    `export default async (_, context) => { await context.sendError(new Error("E")); await context.sendWarning("W " + import.meta.dirname); };`,
  ],
  other: [
    "main.js",
    `export default async (_, context) => { await (await context.runBlock("other::throws")).finish(); };`,
  ],
  crash: [
    "main.js",
    `export default () => { setImmediate(() => { throw new Error("later"); }); return new Promise(() => {}); };`,
  ],
};

/** A package in a scope, in a folder whose name is written otherwise in addresses, and another one beside it. */
async function writePackages(folder: TemporaryFolder): Promise<void> {
  const write = async (name: string, text: string) => {
    await mkdir(dirname(folder.file(name)), { recursive: true });
    await writeFile(folder.file(name), text);
  };
  const block = async (root: string, name: string, entry: string, text: string) => {
    await write(
      `${root}/tasks/${name}/task.oo.yaml`,
      `executor: { name: nodejs, options: { entry: ${entry} } }\n`,
    );
    await write(`${root}/tasks/${name}/${entry}`, text);
  };
  const own = "the blocks/@who/failing";
  await write(`${own}/package.oo.yaml`, `name: "@who/failing"\nversion: 1.0.0\n`);
  await write(`${own}/package.json`, `{ "type": "module" }`);
  await write(
    `${own}/lib/fail.ts`,
    `export function fail(reason: string): never {\n  throw new Error(reason);\n}\n`,
  );
  for (const [name, [entry, text]] of Object.entries(code)) await block(own, name, entry, text);
  const other = "the blocks/other";
  await write(`${other}/package.oo.yaml`, "name: other\nversion: 2.0.0\n");
  await write(`${other}/package.json`, `{ "type": "module" }`);
  await block(other, "throws", "main.js", `export default () => { throw new Error("inside"); };`);
}

/** What the events of a task say about what went wrong. */
const wordsIn = (logs: TestLog[]) =>
  logs.flatMap(({ event: { error, warning } }) =>
    [error, warning].filter((text) => typeof text === "string"),
  );

test("what went wrong is told without the folders of the server", async () => {
  await using folder = await createTemporaryFolder();
  await writePackages(folder);
  await using server = await openTestServer({
    packages: [folder.file("the blocks"), folder.file("the blocks/@who")],
    dataDirectory: folder.file("data"),
  });
  const own = "/packages/@who/failing-1.0.0/1.0.0/tasks";
  const expected: [block: string, words: string | RegExp][] = [
    ["script", `(file://${own}/script/main.js:1:`],
    ["typed", /at fail \(\/packages\/@who\/failing-1\.0\.0\/1\.0\.0\/lib\/fail\.ts:2:\d+\)/],
    ["missing", `${own}/missing/absent.js`],
    ["session", "open '/session/absent.txt'"],
    ["told", `W ${own}/told`],
    ["other", "file:///packages/other-2.0.0/2.0.0/tasks/throws/main.js:1:"],
    ["crash", `${own}/crash/main.js:1:`],
  ];
  for (const [block, words] of expected) {
    const id = await server.start(`@who/failing::${block}`);
    await server.waitForEnd(id);
    const told = wordsIn(await server.logs(id));
    expect(told.join("\n")).toMatch(words);
    for (const text of told) expect(text).not.toContain(folder.path);
    for (const text of told) expect(text).not.toContain("the%20blocks");
  }
});
