import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type TestSession } from "./helpers/open-session.ts";

/** The smallest module of WebAssembly that exports something: `answer()` is 42. */
const wasm = Buffer.from("0061736d010000000105016000017f030201000a06010400412a0b", "hex");
const withExport = Buffer.from(
  "0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b",
  "hex",
);

const value = (expression: string) => `export default async () => ({ value: ${expression} });`;

const files: Record<string, string> = {
  "package.json": `{ "name": "demo", "type": "module", "sideEffects": false, "imports": { "#own/*": "./lib/*.ts" } }`,
  "tsconfig.json": `{ "compilerOptions": { "paths": { "~/*": ["./lib/*"] } } }`,
  "node_modules/both/package.json": JSON.stringify({
    name: "both",
    exports: { ".": { import: "./index.mjs", require: "./index.cjs" } },
  }),
  "node_modules/both/index.mjs": `export const kind = "import";`,
  "node_modules/both/index.cjs": `exports.kind = "require";`,
  "node_modules/loose/package.json": `{ "name": "loose", "version": "1.0.0" }`,
  "node_modules/loose/deep/index.js": `exports.kind = "without its extension";`,
  "data.bin": "bytes",
  "lib/shared.ts": `export const state: { calls: number } = { calls: 0 }; export class Mark {}`,
  "lib/shout.ts": `export const shout = (text: string): string => text.toUpperCase();`,
  "lib/plugin.ts": `import { shout } from "~/shout"; export const plugin: string = shout("plugin");`,
  "lib/legacy.cts": `const name: string = __filename; exports.legacy = name.slice(-10); exports.other = require("./shared").state;`,
  "lib/plain.js": `import { state } from "./shared.ts"; export const plain = () => state;`,
  "lib/odd.tsx": `/** @jsx h */ const h = (tag: string) => tag; export const odd: string = <b />;`,
  "setup.ts": `(globalThis as { isSetUp?: boolean }).isSetUp = true;`,
  "w.ts": `import { parentPort, workerData } from "node:worker_threads";
    import { shout } from "~/shout";
    enum Kind { A = "enum" }
    parentPort!.once("message", async (text: string) => {
      const name: string = "plugin";
      const { plugin } = await import("./lib/" + name + ".ts");
      parentPort!.postMessage([shout(text), workerData, Kind.A, plugin, import.meta.filename]);
    });`,

  "meta-resolve.ts": value(
    `[import.meta.resolve("./lib/x"), import.meta.resolve("both"), import.meta.resolve("./data.bin")]`,
  ),
  "import-variable.ts": `const names: string[] = ["./lib/plugin.ts", "./lib/plugin", "./lib/plugin.js", "both", "loose/deep/index.js"];
    const first = async (name: string) => Object.values(await import(name)).find((one) => typeof one === "string");
    export default async () => ({ value: await Promise.all(names.map(first)) });`,
  "import-optional.ts": `const name: string = "./lib/odd"; ${value(`(await import(name)).odd`)}`,
  "require-variable.ts": `const names: string[] = ["both", "./lib/legacy.cts", "./lib/plugin", "./data.json"];
    export default () => ({ value: names.map((name) => Object.values(require(name))[0]) });`,
  "data.json": `{ "kind": "json", "odd-name": 1 }`,
  "json.ts": `import all, { kind } from "./data.json"; import typed from "./data.json" with { type: "json" };
    ${value(`[all["odd-name"], kind, typed.kind, require("./data.json").kind]`)}`,
  "text.ts": `import text from "./words.txt"; ${value("text")}`,
  "words.txt": "some words",
  "require-resolve.ts": value(`[require.resolve("./data.bin"), require.resolve("both")]`),
  "loose.ts": `import { kind } from "loose/deep"; ${value("kind")}`,
  "wasm.ts": `import { readFile } from "node:fs/promises";
    export default async () => {
      const { instance } = await WebAssembly.instantiate(await readFile(new URL("./answer.wasm", import.meta.url)));
      return { value: (instance.exports.answer as () => number)() };
    };`,
  "addon.ts": `export default async () => {
      const seen: unknown[] = [];
      try { require("./native.node"); } catch (error) { seen.push((error as Error).message); }
      try { await import("./native.node"); } catch (error) { seen.push((error as Error).message); }
      return { value: seen };
    };`,
  "worker.ts": `import { once } from "node:events"; import { Worker } from "node:worker_threads";
    export default async () => {
      const worker = new Worker(new URL("./w.ts", import.meta.url), { workerData: { depth: 1 } });
      worker.postMessage("hello");
      const [value] = await Promise.race([once(worker, "message"), once(worker, "error").then(([error]) => [error.message])]);
      await worker.terminate();
      return { value };
    };`,
  "data-url.ts": `import { readFileSync } from "node:fs";
    ${value(`readFileSync(new URL("./data.bin", import.meta.url), "utf8")`)}`,
  "side-effects.ts": `import "./setup.ts"; ${value("(globalThis as { isSetUp?: boolean }).isSetUp === true")}`,
  "one.ts": `import { Mark, state } from "./lib/shared.ts"; import { Mark as Again } from "#own/shared";
    export default () => ({ value: [++state.calls, Mark === Again] });`,
  "two.ts": `import { state } from "~/shared"; import { legacy, other } from "./lib/legacy.cts"; import { plain } from "./lib/plain";
    export default () => ({ value: [++state.calls, legacy, other === state, plain() === state] });`,
  "three.js": `import { plain } from "./lib/plain.js"; export default () => ({ value: ++plain().calls });`,
};

let session: TestSession;

beforeAll(async () => {
  session = await openSession(files);
  await writeFile(join(session.workspace.path, "answer.wasm"), withExport);
  await writeFile(join(session.workspace.path, "native.node"), wasm);
});

afterAll(() => session[Symbol.asyncDispose]());

async function run(entry: string): Promise<unknown> {
  const { workspace, engine } = session;
  const { finish } = await engine.run({ dir: workspace.path, entry, outputs: ["value"] });
  return finish.error ?? (finish.result as { value: unknown }).value;
}

const path = (name: string) => join(session.workspace.path, name);
const url = (name: string) => `file://${path(name)}`;

test("import.meta.resolve resolves from the author's file", async () => {
  expect(await run("meta-resolve.ts")).toEqual([
    url("lib/x"),
    url("node_modules/both/index.mjs"),
    url("data.bin"),
  ]);
});

test("import(variable) finds what the file beside it would, with TypeScript's names", async () => {
  expect(await run("import-variable.ts")).toEqual([
    "PLUGIN",
    "PLUGIN",
    "PLUGIN",
    "import",
    "without its extension",
  ]);
  expect(await run("import-optional.ts")).toBe("b");
});

test("require(variable) and require.resolve resolve from the author's file", async () => {
  expect(await run("require-variable.ts")).toEqual(["require", "legacy.cts", "PLUGIN", "json"]);
  expect(await run("require-resolve.ts")).toEqual([path("data.bin"), path("node_modules/both/index.cjs")]);
});

test("a folder of a package, and JSON and text, are imported as the compiler knows them", async () => {
  expect(await run("loose.ts")).toBe("without its extension");
  expect(await run("json.ts")).toEqual([1, "json", "json", "json"]);
  expect(await run("text.ts")).toBe("some words");
});

test("files beside the source are read as they are, and addons are left to Node.js", async () => {
  expect(await run("wasm.ts")).toBe(42);
  expect(await run("data-url.ts")).toBe("bytes");
  const failure = expect.stringContaining(`${path("native.node")}: `);
  expect(await run("addon.ts")).toEqual([failure, failure]);
});

test("a worker may be written in TypeScript, with all that a block may use", async () => {
  expect(await run("worker.ts")).toEqual(["HELLO", { depth: 1 }, "enum", "PLUGIN", path("w.ts")]);
});

test("an import for its effect stays in a package without side effects", async () => {
  expect(await run("side-effects.ts")).toBe(true);
});

test("the blocks of a package share its modules, whatever each is written in", async () => {
  expect(await run("one.ts")).toEqual([1, true]);
  expect(await run("two.ts")).toEqual([2, "legacy.cts", true, true]);
  expect(await run("one.ts")).toEqual([3, true]);
  expect(await run("three.js")).toBe(4);
});

test("a dependency that is built after a failed load is found by the next", async () => {
  const outside = path("outside/dep");
  await mkdir(outside, { recursive: true });
  await writeFile(join(outside, "package.json"), `{ "name": "dep", "main": "dist/index.js" }`);
  await symlink(outside, path("node_modules/dep"));
  await writeFile(path("linked.ts"), `import { kind } from "dep"; ${value("kind")}`);
  expect(await run("linked.ts")).toContain(`Could not resolve "dep"`);
  await mkdir(join(outside, "dist"));
  await writeFile(join(outside, "dist/index.js"), `exports.kind = "built";`);
  expect(await run("linked.ts")).toBe("built");
});
