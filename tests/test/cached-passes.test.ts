import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTemporaryFolder, type TemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "./helpers/published-packages.ts";
import { testHashesIn } from "./helpers/task-hashes.ts";

let copy: TemporaryFolder;
let before: Map<string, string>;

beforeAll(async () => {
  copy = await createTemporaryFolder();
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");
  // What is deleted and not yet committed is listed as well.
  for (const file of files.filter((name) => name !== "" && existsSync(join(root, name))))
    cpSync(join(root, file), copy.file(file));
  before = await testHashesIn(copy.path);
});

afterAll(() => copy[Symbol.asyncDispose]());

const client = ["browser", "node", "cli", "playground", "tests"];
const helped = [
  "blocks/audio-lab",
  "blocks/pkg",
  "browser",
  "cli",
  "core",
  "node",
  "playground",
  "scriptlet",
  "server",
  "shared",
  "tests",
];

/** An edit, and the packages whose tests could notice it: all of them, and no other. */
test.for<[kind: string, file: string, packages: string[]]>([
  ["a source of the client", "packages/core/src/waiting/wait.ts", ["core", "server", ...client]],
  [
    "a source of the adapter",
    "packages/node/src/index.ts",
    ["browser", "cli", "node", "playground", "tests"],
  ],
  ["a source of the server", "apps/server/src/cli.ts", ["server", ...client]],
  [
    "a source of the executor",
    "packages/scriptlet/src/outbox.ts",
    ["blocks/audio-lab", "blocks/pkg", "scriptlet", "server", ...client],
  ],
  [
    "a source of a block",
    "apps/blocks/audio-lab/tasks/text-to-audio/main.ts",
    ["blocks/audio-lab", ...client],
  ],
  ["a manifest of a block", "apps/blocks/pkg/tasks/file-processor/task.oo.yaml", ["blocks/pkg", ...client]],
  ["a source of the command", "apps/cli/src/cli.ts", ["cli", "playground", "tests"]],
  ["a page's program", "apps/playground/src/main.tsx", ["playground", "tests"]],
  ["a test", "packages/core/test/delay.test.ts", ["core"]],
  ["a fixture", "apps/server/test/fixtures/packages/lab/tasks/fail/main.ts", ["browser", "node", "server"]],
  ["a helper of tests", "testing/helpers/src/start-postgres.ts", [...helped, "test-helpers"]],
  [
    "the starter of servers",
    "testing/connect-server/src/start-connect-server.ts",
    ["browser", "node", "playground", "tests"],
  ],
  [
    "the fault proxy",
    "testing/fault-proxy/src/index.ts",
    ["browser", "core", "fault-proxy", "node", "scriptlet", "server"],
  ],
  [
    "the settings of all tests",
    "tooling/src/define-project.ts",
    [...helped, "fault-proxy", "schemas", "test-helpers"],
  ],
  [
    "the reading of schemas",
    "packages/schemas/src/index.ts",
    ["browser", "cli", "core", "node", "playground", "schemas", "server", "tests"],
  ],
  [
    "a rule that packages share",
    "packages/shared/src/is-svg.ts",
    ["blocks/audio-lab", "blocks/pkg", "core", "scriptlet", "server", "shared", ...client],
  ],
  ["the README", "README.md", ["tests"]],
  ["a guide", "docs/guides/run-a-block.md", ["tests"]],
  ["the troubleshooting page", "docs/troubleshooting.md", ["tests"]],
  ["a README whose snippets are tested", "packages/scriptlet/README.md", ["scriptlet", "tests"]],
  ["a page of nobody's tests", "bench/plots/memory-against-file-size.svg", []],
])("after an edit of %s, exactly those tests run again that could notice", async ([, file, packages]) => {
  expect(await rerunAfter({ [file]: (text) => `${text}\n` })).toEqual(namesOf(packages));
});

test("a manifest and the lockfile count for those who install what they name", async () => {
  const update = (text: string) => text.replaceAll("18.2.1", "18.2.0");
  const edits = { "apps/playground/package.json": update, "pnpm-lock.yaml": update };
  expect(await rerunAfter(edits)).toEqual(namesOf(["playground", "tests"]));
});

/** The packages whose tests are not taken from the cache after these edits, which are undone at the end. */
async function rerunAfter(edits: Record<string, (text: string) => string>): Promise<string[]> {
  const texts = new Map(Object.keys(edits).map((file) => [file, readFileSync(copy.file(file), "utf8")]));
  for (const [file, text] of texts) writeFileSync(copy.file(file), edits[file]?.(text) ?? text);
  const after = await testHashesIn(copy.path);
  for (const [file, text] of texts) writeFileSync(copy.file(file), text);
  return [...after].flatMap(([name, hash]) => (before.get(name) === hash ? [] : [name])).sort();
}

/** Of folders: `core` for `@oomol/connect-core`. */
function namesOf(packages: readonly string[]): string[] {
  const own = new Set(["fault-proxy", "scriptlet", "test-helpers", "tests"]);
  const nameOf = (one: string) => {
    if (one.startsWith("blocks/")) return one.replace("blocks/", "@oomol-blocks/");
    return own.has(one) ? `@oomol/${one}` : `@oomol/connect-${one}`;
  };
  return packages.map(nameOf).sort();
}
