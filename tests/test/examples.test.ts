import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { startConnectServer } from "@oomol/test-server";
import { expect, test } from "vitest";
import { snippetsOf } from "./helpers/documents.ts";
import { root } from "./helpers/published-packages.ts";

test("a script runs as its README says", async () => {
  await using server = await startConnectServer({ packages: [join(root, "apps/blocks")] });
  await using copy = await copyExample("script");
  const output = await runReadme("script", copy.path, { OOMOL_CONNECT_BASE_URL: server.url });
  expect(output).toMatch(/^running, \d+ %$/m);
  expect(output).toMatch(/^accepted: \d+ of \d+ bytes$/m);
  expect(output).toMatch(/^started \S+$/m);
  expect(output).toMatch(/^completed\n.*audio_address/ms);
  expect(await readdir(join(copy.path, "sounds"))).toHaveLength(1);
});

test("a package of blocks compiles, passes its tests and is served", async () => {
  await using copy = await copyExample("block-package");
  expect(await runReadme("block-package", copy.path, {})).toContain("3 passed");

  await using server = await startConnectServer({ packages: [copy.path] });
  const inputs = ["--input", "text=To be, or not to be", "--input", "most=2"];
  const command = join(root, "apps/cli/bin/oomol-connect.js");
  const run = [command, "run", "word-lab::count-words", "--base-url", server.url, ...inputs];
  const { stdout } = await promisify(execFile)(process.execPath, run);
  expect(JSON.parse(stdout)).toEqual({ count: 6, frequent: { to: 2, be: 2 } });
});

/** The commands of a README, line by line, in the example's folder; what they print. */
async function runReadme(example: string, cwd: string, settings: Record<string, string>): Promise<string> {
  const commands = snippetsOf(`examples/${example}/README.md`).filter(({ language }) => language === "sh");
  expect(commands).not.toEqual([]);
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...process.env, ...settings, PATH: path, NODE_OPTIONS: "", NO_COLOR: "1" };
  let output = "";
  for (const line of commands.flatMap(({ code }) => code.trim().split("\n"))) {
    const { stdout } = await promisify(execFile)(line, { cwd, env, shell: true });
    output += stdout;
  }
  return output;
}

/** A copy where an example finds the packages of the tests; gone at the end. */
async function copyExample(name: string): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(root, "tests/guide-"));
  await cp(join(root, "examples", name), path, { recursive: true });
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
