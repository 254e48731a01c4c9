import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildBlock } from "../src/executor/typescript/build-block.ts";
import { findBuild } from "../src/executor/typescript/build-index.ts";
import { pruneCache } from "../src/executor/typescript/prune-cache.ts";
import { openSession } from "./helpers/open-session.ts";
import { createWorkspace } from "./helpers/workspace.ts";

const files = {
  "package.json": `{ "name": "demo", "type": "module" }`,
  "tsconfig.json": `{ "extends": "./base", "compilerOptions": { "paths": { "~/*": ["./lib/*"] } } }`,
  "base.json": `{ "compilerOptions": { "useDefineForClassFields": true } }`,
  "lib/utils.ts": `export const name: string = "utils";`,
  "node_modules/dep/package.json": `{ "name": "dep", "version": "1.0.0", "main": "./index.js" }`,
  "node_modules/dep/index.js": `module.exports = "dep";`,
  "main.ts": `import { name } from "~/utils"; import dep from "dep"; export default () => ({ value: name + dep });`,
};

/** Whether the process that runs it has loaded the compiler. */
const compilerProbe = {
  "has-compiler.mjs": `import { createRequire } from "node:module";
    const { cache } = createRequire(import.meta.url);
    export default () => ({ value: Object.keys(cache).some((file) => /[/]esbuild[/]lib[/]/.test(file)) });`,
};

test("a second process runs a TypeScript block without loading the compiler", async () => {
  await using workspace = await createWorkspace();
  const env = { OOMOL_SCRIPTLET_CACHE_DIR: join(workspace.path, "cache") };
  const hasLoaded: unknown[] = [];
  await using session = await openSession({ ...files, ...compilerProbe }, { env });
  for (const executor of [session.executor, undefined]) {
    await using own = executor ?? (await session.engine.spawnExecutor(session.broker.address, { env }));
    const job = { dir: session.workspace.path, outputs: ["value"] };
    const { finish } = await session.engine.run({ ...job, entry: "main.ts" });
    expect(finish.result).toEqual({ value: "utilsdep" });
    const probe = await session.engine.run({ ...job, entry: "has-compiler.mjs" });
    hasLoaded.push((probe.finish.result as { value: boolean }).value);
    own.child.kill("SIGTERM");
    await own.exited;
  }
  expect(hasLoaded).toEqual([true, false]);
});

test("the compiler's process has ended with the last build, also with one that fails", async () => {
  await using workspace = await createWorkspace({ ...files, "bad.ts": "export default (" });
  const started: ChildProcess[] = [];
  const note = (message: unknown) => void started.push((message as { process: ChildProcess }).process);
  subscribe("child_process", note);
  onTestFinished(() => void unsubscribe("child_process", note));
  const build = (name: string) => buildBlock(join(workspace.path, name), join(workspace.path, "cache"));
  const hasEnded = () => started.map(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);

  await expect(build("bad.ts")).rejects.toThrow("bad.ts");
  expect(hasEnded()).toEqual([true]);
  await Promise.all([build("main.ts"), build("lib/utils.ts")]);
  expect(hasEnded()).toEqual([true, true]);
});

test.each([
  ["the entry", "main.ts", `export default () => ({ value: 2 });`],
  ["a file that it imports", "lib/utils.ts", `export const name = "changed";`],
  ["the tsconfig", "tsconfig.json", `{}`],
  ["what the tsconfig extends", "base.json", `{}`],
  ["the package's manifest", "package.json", `{}`],
  ["a dependency's version", "node_modules/dep/package.json", `{ "name": "dep", "version": "2.0.0" }`],
  ["the packages there are", "node_modules/other/package.json", `{}`],
  ["the files beside it", "lib/utils/index.ts", `export const name = "folder";`],
])("a change of %s builds anew", async (_, name, text) => {
  await using workspace = await createWorkspace(files);
  const main = join(workspace.path, "main.ts");
  const cacheDir = join(workspace.path, "cache");
  const built = await buildBlock(main, cacheDir);
  await expect.poll(() => findBuild(main, cacheDir)).toBe(built);
  await workspace.write(name, text);
  expect(findBuild(main, cacheDir)).toBeUndefined();
});

test("a bundle that refers to a package nobody has installed is not kept", async () => {
  await using workspace = await createWorkspace({
    "main.ts": `export default () => import("not-installed");`,
  });
  const main = join(workspace.path, "main.ts");
  const cacheDir = join(workspace.path, "cache");
  await buildBlock(main, cacheDir);
  expect(findBuild(main, cacheDir)).toBeUndefined();
  expect(await readdir(cacheDir)).not.toContain("index");
});

test("an index entry that is damaged, and a build that was removed, count as none", async () => {
  await using workspace = await createWorkspace(files);
  const main = join(workspace.path, "main.ts");
  const cacheDir = join(workspace.path, "cache");
  const built = await buildBlock(main, cacheDir);
  await expect.poll(() => findBuild(main, cacheDir)).toBe(built);
  const [entry] = await readdir(join(cacheDir, "index"));
  await workspace.write(`cache/index/${entry}`, "{ half");
  expect(findBuild(main, cacheDir)).toBeUndefined();
});

test("builds of one file at the same time leave one whole file", async () => {
  await using workspace = await createWorkspace(files);
  const main = join(workspace.path, "main.ts");
  const cacheDir = join(workspace.path, "cache");
  const built = await Promise.all(Array.from({ length: 20 }, () => buildBlock(main, cacheDir)));
  expect(new Set(built).size).toBe(1);
  await expect.poll(() => findBuild(main, cacheDir)).toBe(built[0]);
  await expect
    .poll(async () => (await readdir(cacheDir, { recursive: true })).filter((name) => name.endsWith(".tmp")))
    .toEqual([]);
});

test("what was used longest ago goes first, and what is young stays", async () => {
  await using workspace = await createWorkspace();
  const [a, b, c, young] = ["a", "b", "c", "d"].map((digit) => `${digit.repeat(32)}.build`);
  for (const [index, name] of [a, b, c].entries()) {
    const path = await workspace.write(`cache/${name}`, "x".repeat(100));
    await utimes(path, 1000 + index, 1000 + index);
  }
  await workspace.write(`cache/${young}`, "x".repeat(1000));
  const cacheDir = join(workspace.path, "cache");
  await pruneCache(cacheDir, { maxBuilds: 3 });
  expect(await readdir(cacheDir)).toEqual([b, c, young]);
  await pruneCache(cacheDir, { maxSizeBytes: 100 });
  expect(await readdir(cacheDir)).toEqual([young]);
  expect((await stat(cacheDir)).isDirectory()).toBe(true);
});

test("all that the cache writes is pruned, and nothing else in its folder", async () => {
  await using workspace = await createWorkspace();
  const name = "0123456789abcdef".repeat(2);
  const unfinished = `.${randomUUID()}.tmp`;
  const written = [".build", `.build${unfinished}`, ".mjs"].map((ending) => `cache/${name}${ending}`);
  const indexed = [".json", `.json${unfinished}`].map((ending) => `cache/index/${name}${ending}`);
  const foreign = ["cache/index/notes.json", `cache/${name}.json`, "cache/page.mjs", "cache/thesis.zip"];
  for (const file of [...written, ...indexed, ...foreign]) {
    await utimes(await workspace.write(file, "x".repeat(100)), 1000, 1000);
  }
  await pruneCache(join(workspace.path, "cache"), { maxSizeBytes: 0 });
  const left = await readdir(workspace.path, { recursive: true });
  expect(left.sort()).toEqual(["cache", "cache/index", ...foreign].sort());
});
