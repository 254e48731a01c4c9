import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startConnectServer } from "@oomol/test-server";
import { expect, test } from "vitest";
import { root } from "./helpers/published-packages.ts";
import { copyExample, runReadme } from "./helpers/run-example.ts";

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
  expect(await runReadme("block-package", copy.path)).toContain("3 passed");

  await using server = await startConnectServer({ packages: [copy.path] });
  const inputs = ["--input", "text=To be, or not to be", "--input", "most=2"];
  const command = join(root, "apps/cli/bin/oomol-connect.js");
  const run = [command, "run", "word-lab::count-words", "--base-url", server.url, ...inputs];
  const { stdout } = await promisify(execFile)(process.execPath, run);
  expect(JSON.parse(stdout)).toEqual({ count: 6, frequent: { to: 2, be: 2 } });
});
