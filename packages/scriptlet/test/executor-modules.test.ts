import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type TestSession } from "./helpers/open-session.ts";

let session: TestSession;

beforeAll(async () => {
  session = await openSession({
    "package.json": `{ "name": "demo" }`,
    "node_modules/both/package.json": JSON.stringify({
      name: "both",
      exports: { import: "./index.mjs", require: "./index.cjs" },
    }),
    "node_modules/both/index.mjs": `export const kind = "import"; export const where = import.meta.url;`,
    "node_modules/both/index.cjs": `exports.kind = "require"; exports.where = __filename;`,

    "paths/tsconfig.json": `{ "compilerOptions": { "paths": { "~/*": ["./lib/*"] } } }`,
    "paths/lib/utils.ts": `export const shout = (text: string): string => text.toUpperCase();`,
    "paths/main.ts": `import { shout } from "~/utils";
      export default async (inputs: { text: string }) => ({ value: shout(inputs.text) });`,

    "odd + # space 中文/entry + # 中文.ts": `import { name } from "./sibling # 1";
      export default () => ({ value: [name, import.meta.url, import.meta.dirname, __filename] });`,
    "odd + # space 中文/sibling # 1.ts": `export const name: string = "sibling";`,
    "odd + # space 中文/plain + # 中文.mjs": `export default () => ({ value: "plain" });`,

    "own-names.ts": `import { createRequire } from "node:module";
      import { fileURLToPath } from "node:url";
      import { dirname } from "node:path";
      const require = createRequire(import.meta.url);
      const __dirname = dirname(fileURLToPath(import.meta.url));
      export default () => ({ value: [__dirname, require("both").kind] });`,
    "node_modules/sources/package.json": JSON.stringify({
      name: "sources",
      exports: { "@oomol/source": "./source.ts", default: "./built.js" },
    }),
    "node_modules/sources/source.ts": `export const from: string = "source";`,
    "node_modules/sources/built.js": `exports.from = "built";`,
    "conditions.ts": `import { from } from "sources"; export default () => ({ value: from });`,
    "externals.ts": `import { kind, where } from "both";
      const required = require("both");
      export default async () => {
        const dynamic = await import("both");
        let missing = "found";
        try { await import("not-installed"); } catch (error) { missing = error.code; }
        return { value: [kind, required.kind, dynamic === (await import("both")), missing, where] };
      };`,
    "module.mts": `export default () => ({ value: "mts" });`,
    "module.cts": `const local: string = "cts"; module.exports = () => ({ value: local });`,
    "element.tsx": `const h = (tag: string) => tag; export default () => ({ value: "tsx" as const });`,
    "common.cjs": `module.exports = (inputs) => ({ value: inputs.text });`,
    "common.js": `module.exports = { main: () => ({ value: "inside an object" }) };`,
    "syntax.js": `export default () => ({ value: "ESM without type" });`,
    "state.ts": `let calls = 0; export default () => ({ value: ++calls });`,
    "named.ts": `export const first = () => ({ value: "first" });
      export default () => ({ value: "default" });
      export const main = () => ({ value: "main" });`,
    "main.ts": `export const main = async () => ({ value: "default entry" });`,
    "nothing.ts": `export const value = 1;`,
    "broken.ts": `export default () => {`,
    "unresolved.ts": `import x from "not-installed"; export default () => x;`,
    "throws-at-load.ts": `throw new Error("at load");`,
    "exits-at-load.mjs": `process.exit(0);`,
    "stack.ts": `interface Long {
        a: string;
      }
      export default (): Long => {
        throw new Error("mapped");
      };`,
  });
});

afterAll(() => session[Symbol.asyncDispose]());

async function run(entry: string | undefined, options: { function?: string; dir?: string } = {}) {
  const { engine, workspace } = session;
  const dir = options.dir === undefined ? workspace.path : `${workspace.path}/${options.dir}`;
  const { finish } = await engine.run({
    dir,
    ...(entry !== undefined && { entry }),
    ...(options.function !== undefined && { function: options.function }),
    inputs: { text: "text" },
    outputs: ["value"],
  });
  expect(finish.error, "the block failed").toBeUndefined();
  return (finish.result as { value: unknown }).value;
}

async function failure(entry: string) {
  const { finish } = await session.engine.run({ dir: session.workspace.path, entry, outputs: ["value"] });
  return finish.error;
}

test("honours the paths of a tsconfig beside the source", async () => {
  expect(await run("main.ts", { dir: "paths" })).toBe("TEXT");
});

test("loads names with plus, hash, space and Chinese, and keeps each file's own location", async () => {
  const dir = "odd + # space 中文";
  const file = `${session.workspace.path}/${dir}/entry + # 中文.ts`;
  expect(await run("entry + # 中文.ts", { dir })).toEqual([
    "sibling",
    expect.stringMatching(/^file:\/\/.*odd%20\+%20%23/),
    `${session.workspace.path}/${dir}`,
    file,
  ]);
  expect(await run("plain + # 中文.mjs", { dir })).toBe("plain");
});

test("leaves packages outside the bundle, resolved from the source with Node's conditions", async () => {
  expect(await run("externals.ts")).toEqual([
    "import",
    "require",
    true,
    "ERR_MODULE_NOT_FOUND",
    expect.stringContaining("node_modules/both/index.mjs"),
  ]);
});

test("a package is taken by the conditions that the executor was started with", async () => {
  expect(await run("conditions.ts")).toBe("source");
});

test("a file may declare require and __dirname itself", async () => {
  expect(await run("own-names.ts")).toEqual([session.workspace.path, "require"]);
});

test.each([
  ["module.mts", "mts"],
  ["module.cts", "cts"],
  ["element.tsx", "tsx"],
  ["common.cjs", "text"],
  ["common.js", "inside an object"],
  ["syntax.js", "ESM without type"],
])("runs %s", async (entry, value) => {
  expect(await run(entry)).toBe(value);
});

test("evaluates a file once per process, also when jobs come at the same time", async () => {
  const values = await Promise.all([run("state.ts"), run("state.ts"), run("state.ts")]);
  expect(values.sort()).toEqual([1, 2, 3]);
  expect(await run("state.ts")).toBe(4);
});

test("takes the named function, else default, else main; main.ts is the default entry", async () => {
  expect(await run("named.ts", { function: "first" })).toBe("first");
  expect(await run("named.ts", { function: "absent" })).toBe("default");
  expect(await run("named.ts")).toBe("default");
  expect(await run(undefined)).toBe("default entry");
});

test("says why a block could not be loaded", async () => {
  expect(await failure("nothing.ts")).toContain("exports no function");
  expect(await failure("broken.ts")).toMatch(/broken\.ts:1:\d+: Unexpected end of file/);
  expect(await failure("unresolved.ts")).toContain('Could not resolve "not-installed"');
  expect(await failure("throws-at-load.ts")).toContain("at load");
  expect(await failure("exits-at-load.mjs")).toContain("process.exit");
  expect(await failure("absent.ts")).toContain("there is no such file");
  expect(await failure("paths")).toContain("not a file");
  expect(await failure("")).toContain("entry is empty");
});

test("stack traces point into the TypeScript source", async () => {
  expect(await failure("stack.ts")).toMatch(/stack\.ts:5:15/);
});

test("writes nothing beside the sources", async () => {
  const names = await readdir(session.workspace.path);
  expect(names.filter((name) => /\.map$|esbuild/.test(name))).toEqual([]);
  expect(await readdir(`${session.workspace.path}/paths`)).toEqual(["lib", "main.ts", "tsconfig.json"]);
  expect(await readdir(`${session.workspace.path}/node_modules`)).toEqual(["both", "sources"]);
});
