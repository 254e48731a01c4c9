import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromiumLaunchOptions } from "@oomol/test-helpers/chromium-launch-options";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { serveScenarios } from "../runtimes/scenarios.ts";
import type { Verdict } from "../runtimes/suite.ts";
import { root } from "./helpers/published-packages.ts";

const bin = (name: string) => join(root, "tests/node_modules/.bin", name);
// The program itself: the script of `.bin` would take the signal that is meant for what it starts.
const workerd = join(root, "tests/node_modules/workerd/bin/workerd");
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "oomol-connect-runtimes-"));
  // What is built, in one file for each kind of host: workerd and pages find no packages by themselves.
  await build({
    entryPoints: ["process", "worker", "page"].map((host) => join(root, `tests/runtimes/${host}-host.ts`)),
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    logLevel: "error",
  });
  await build({
    entryPoints: [join(root, "tests/runtimes/node-host.ts")],
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2023",
    // What there is of it is the runtime's affair.
    external: ["undici"],
    logLevel: "error",
  });
  await mkdir(join(directory, "node_modules"));
  await symlink(join(root, "packages/node/node_modules/undici"), join(directory, "node_modules/undici"));
  await writeFile(join(directory, "package.json"), '{ "type": "module", "dependencies": { "undici": "*" } }');
});

afterAll(() => rm(directory, { recursive: true }));

type Runtime = [name: string, program: string, args: string[]];

/** Runs a host, which prints what it found, in a process of a runtime. */
const passesBy =
  (hostFile: string) =>
  async ([, program, args]: Runtime, context: TestContext) => {
    skipUnlessInstalled(context, program);
    await using server = await serveScenarios();
    const host = join(directory, hostFile);
    const { stdout } = await promisify(execFile)(program, [...args, host, server.origin], {
      timeout: 50_000,
    });
    expectNoProblems(JSON.parse(stdout));
  };

describe("the same suite passes in a process of", () => {
  test.for<Runtime>([
    ["Node.js, the one that scripts run on", process.execPath, []],
    ["Node.js 22", join(root, "tests/node22/node_modules/.bin/node"), []],
    ["Bun", bin("bun"), ["run"]],
    ["Deno", bin("deno"), ["run", "--quiet", "--allow-net", "--no-config"]],
  ])("%s", passesBy("process-host.mjs"));
});

describe("the same suite passes with the client for Node.js, and that client's own promises, in a process of", () => {
  test.for<Runtime>([
    ["Node.js, the one that scripts run on", process.execPath, []],
    ["Node.js 22", join(root, "tests/node22/node_modules/.bin/node"), []],
    ["Bun", bin("bun"), ["run"]],
    ["Deno", bin("deno"), ["run", "--quiet", "--allow-all", "--node-modules-dir=manual"]],
  ])("%s", passesBy("node-host.mjs"));
});

test("the same suite passes in workerd", async (context) => {
  skipUnlessInstalled(context, workerd);
  await using server = await serveScenarios();
  await writeFile(join(directory, "config.capnp"), workerdConfig);
  const worker = spawn(workerd, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  try {
    const port = await listeningPort(worker);
    const answer = await fetch(`http://127.0.0.1:${port}/?origin=${server.origin}`);
    expectNoProblems((await answer.json()) as Verdict[]);
  } finally {
    worker.kill();
  }
});

test("the same suite passes in Chromium, under a strict content security policy", async () => {
  const script = await readFile(join(directory, "page-host.mjs"), "utf8");
  const page = '<!doctype html><title>suite</title><script type="module" src="/suite.js"></script>';
  await using server = await serveScenarios({ "": page, "suite.js": script, "favicon.ico": "" });
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    const opened = await browser.newPage();
    await opened.goto(`${server.origin}/`);
    await opened.waitForFunction(() => "verdicts" in globalThis);
    expectNoProblems(await opened.evaluate(() => Reflect.get(globalThis, "verdicts")));
  } finally {
    await browser.close();
  }
});

function expectNoProblems(verdicts: Verdict[]): void {
  expect(verdicts.length).toBeGreaterThan(10);
  expect(verdicts.filter(({ problem }) => problem !== undefined)).toEqual([]);
}

/** Bun, Deno and workerd are optional dependencies: their npm packages hold no program for some machines. */
function skipUnlessInstalled(context: TestContext, program: string): void {
  if (!existsSync(program))
    context.skip(`${program} is not installed: its npm package has none for this machine.`);
}

const workerdConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = .suite ),
    ( name = "internet", network = ( allow = ["local", "private", "public"] ) ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ],
);
const suite :Workerd.Worker = (
  modules = [ ( name = "suite", esModule = embed "worker-host.mjs" ) ],
  compatibilityDate = "2026-01-01",
);
`;

/** workerd tells the port that the system gave it. */
function listeningPort(worker: ChildProcess): Promise<number> {
  return new Promise((resolvePort, reject) => {
    let said = "";
    let complaints = "";
    worker.stderr?.on("data", (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    worker.stdio[3]?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const port = /"port":(\d+)/.exec(said)?.[1];
      if (port) resolvePort(Number(port));
    });
    worker.once("exit", (code) => reject(new Error(`workerd ended with ${code}: ${complaints}`)));
  });
}
