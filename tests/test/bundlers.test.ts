import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { chromiumLaunchOptions } from "@oomol/test-helpers/chromium-launch-options";
import { type Browser, chromium } from "playwright-core";
import { build as buildByVite } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import webpack from "webpack";
import { serveScenarios } from "../runtimes/scenarios.ts";
import { buildForPage, gzipBytes } from "./helpers/build-for-page.ts";
import { root } from "./helpers/published-packages.ts";
import { temporaryDirectory } from "./helpers/temporary-directory.ts";

/** What a page may load, by its name. */
type Files = Record<string, string>;

const entry = join(root, "tests/bundled/app.ts");
const directory = temporaryDirectory();
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});

afterAll(async () => {
  await browser.close();
  directory.remove();
});

// 1.5 to 1.9 kB of it: pages of tasks, logs in pieces, deletions and cancelled installations; 0.9 to 1.7: exact
// numbers, files by input, ky; 0.5 to 0.7: files behind references and null, errors within errors; 0.8: the status;
// 2.2 to 3.4: one stream for many runs; 0.7 to 1.0: webhooks; 2.3 to 6.1: uploads that resume.
// Ceilings of the whole app, minified and compressed, with what it loads on demand.
test.each<[string, () => Promise<Files>, kB: number]>([
  ["Vite", viteFiles, 45.5],
  ["webpack", webpackFiles, 53.3],
  ["esbuild", esbuildFiles, 47.1],
  ["no bundler, but the one file of the package", oneFile, 39.7],
])("an app built by %s runs a block under a strict content security policy", async (_, build, kB) => {
  const files = await build();
  expect(Object.keys(files)).toContain("app.js");
  const code = Object.values(files).join("\n");
  const builtins = builtinModules.filter((name) =>
    new RegExp(`(from|import)\\s*\\(?["'](node:)?${name}["']`).test(code),
  );
  expect(builtins).toEqual([]);
  const wholeBytes = Object.values(files).reduce((total, file) => total + gzipBytes(file), 0);
  expect(wholeBytes).toBeLessThan(kB * 1_000);
  expect(await runInPage(files)).toEqual({ text: "Hello" });
});

async function runInPage(files: Files): Promise<unknown> {
  const page = '<!doctype html><title>app</title><script type="module" src="/app.js"></script>';
  await using server = await serveScenarios({ "": page, "favicon.ico": "", ...files });
  const opened = await browser.newPage();
  const complaints: string[] = [];
  opened.on("console", (message) => complaints.push(message.text()));
  opened.on("pageerror", (error) => complaints.push(String(error)));
  await opened.goto(`${server.origin}/`);
  await opened
    .waitForFunction(() => "outcome" in globalThis, undefined, { timeout: 20_000 })
    .catch(() => undefined);
  expect(complaints).toEqual([]);
  const outcome = await opened.evaluate(() => Reflect.get(globalThis, "outcome"));
  await opened.close();
  return outcome;
}

async function esbuildFiles(): Promise<Files> {
  const { outputFiles, metafile } = await buildForPage({ entryPoints: [entry], outdir: directory.path });
  const inputs = Object.keys(metafile.inputs).filter(
    (name) => name.startsWith("node:") || name.includes("(disabled)"),
  );
  expect(inputs).toEqual([]);
  return Object.fromEntries(
    outputFiles.map(({ path, text }) => [path.slice(directory.path.length + 1), text]),
  );
}

async function viteFiles(): Promise<Files> {
  const built = await buildByVite({
    configFile: false,
    root: join(root, "tests"),
    logLevel: "error",
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: entry, output: { entryFileNames: "app.js", chunkFileNames: "[name].js" } },
    },
  });
  const outputs = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  return Object.fromEntries(
    outputs.map((file) => [file.fileName, file.type === "chunk" ? file.code : String(file.source)]),
  );
}

async function webpackFiles(): Promise<Files> {
  // webpack itself reads no TypeScript; this file is JavaScript as it stands.
  const compiler = webpack({
    mode: "production",
    entry,
    context: join(root, "tests"),
    module: { rules: [{ test: /\.ts$/, type: "javascript/auto" }] },
    output: { path: directory.path, filename: "app.js", chunkFilename: "[name].js", publicPath: "/" },
  });
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) =>
    compiler.run((failure, done) => (failure ? reject(failure) : resolve(done))),
  );
  await new Promise((resolve) => compiler.close(resolve));
  expect(stats?.toJson({ errors: true }).errors).toEqual([]);
  const names = Object.keys(stats?.compilation.assets ?? {});
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory.path, name), "utf8")]));
}

/** A page without a bundler: its own script imports the one file by its address. */
async function oneFile(): Promise<Files> {
  const library = readFileSync(join(root, "packages/browser/dist/oomol-connect.min.js"), "utf8");
  const app = readFileSync(entry, "utf8").replace('"@oomol/connect-browser"', '"/oomol-connect.min.js"');
  return { "app.js": app, "oomol-connect.min.js": library };
}
