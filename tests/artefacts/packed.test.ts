import { execFile, execFileSync } from "node:child_process";
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedPackages, root } from "../test/helpers/published-packages.ts";
import { temporaryDirectory } from "../test/helpers/temporary-directory.ts";

const directory = temporaryDirectory();
const tarballs = join(directory.path, "tarballs");

beforeAll(() => {
  execFileSync("node", ["tooling/src/pack-all.ts", "--out", tarballs], { cwd: root, stdio: "pipe" });
});
afterAll(() => directory.remove());

test("npm installs the tarballs in an empty project, where a new block passes its test and is served", async () => {
  const project = makeProject("project");
  const files = globSync("*.tgz", { cwd: tarballs }).map((file) => join(tarballs, file));
  expect(files).toHaveLength(publishedPackages().length);
  await npm(project, ["install", ...files]);
  const command = join(project, "node_modules/.bin/oomol-connect");
  await run(project, command, ["new", "block", "shout"]);
  await tryBlock(join(project, "shout"));
  await serveBlock(project, command);
});

test("a new block of a command that runs in the clone uses the clone", async () => {
  const project = makeProject("beside");
  const command = join(root, "apps/cli/bin/oomol-connect.js");
  await run(project, process.execPath, [command, "new", "block", "shout"]);
  await tryBlock(join(project, "shout"));
});

function makeProject(name: string): string {
  const project = join(directory.path, name);
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  return project;
}

async function tryBlock(block: string): Promise<void> {
  await npm(block, ["install"]);
  await npm(block, ["run", "check"]);
  expect(await npm(block, ["test"])).toContain("1 passed");
}

/** `dev` serves the block and runs it; Ctrl-C ends both. */
async function serveBlock(project: string, command: string): Promise<void> {
  const flags = ["--port", "0", "--run", "shout::shout", "--input", "text=hello", "--json"];
  const served = execFile(command, ["dev", "shout", ...flags], { cwd: project, env: environment() });
  let output = "";
  served.stdout?.on("data", (chunk: string) => {
    output += chunk;
    if (output.includes('"event":"result"')) served.kill("SIGINT");
  });
  await new Promise((resolve) => served.once("close", resolve));
  expect(output).toContain('{"text":"hello hello"}');
}

function npm(cwd: string, args: readonly string[]): Promise<string> {
  return run(cwd, "npm", args[0] === "install" ? [...args, "--no-audit", "--no-fund"] : args);
}

async function run(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: environment() });
  return stdout;
}

/** This Node.js first on the `PATH`. */
function environment(): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, CI: "1", NODE_OPTIONS: "" };
}
