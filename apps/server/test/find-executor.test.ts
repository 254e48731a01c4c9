import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { findExecutor, inheritedArguments } from "../src/processes/find-executor.ts";
import { makeDataDirectory } from "./open-test-server.ts";

test("starts our own executor for nodejs with this Node", async () => {
  const { file, args } = await findExecutor("nodejs", "");
  expect(file).toBe(process.execPath);
  expect(args.at(-1)).toMatch(/scriptlet.(src.cli\.ts|dist.cli\.js)$/);
});

test.skipIf(process.platform === "win32")(
  "finds other executors on the PATH, first directory first",
  async () => {
    await using directory = await makeDataDirectory();
    const [first, second] = [join(directory.path, "first"), join(directory.path, "second")];
    for (const path of [first, second]) {
      await mkdir(path);
      await writeFile(join(path, "python-executor"), "#!/bin/sh\n");
    }
    await chmod(join(second, "python-executor"), 0o755); // the first is no program
    const path = [first, second].join(delimiter);
    expect(await findExecutor("python", path)).toEqual({ file: join(second, "python-executor"), args: [] });
  },
);

test.each([
  ["rust", "OOCANA runs such blocks itself"],
  ["connector", "which runs inside of their engine"],
])("the executor %s, which the engine itself is, is not asked to be installed", async (name, said) => {
  const failure = await findExecutor(name, "").catch((error: Error) => error.message);
  expect(failure).toContain(said);
  expect(failure).not.toContain("install");
});

test("passes on how modules are resolved, and nothing else", () => {
  const own = ["--inspect=9229", "--conditions=@oomol/source", "--test", "-C", "custom", "--watch-path=src"];
  expect(inheritedArguments(own)).toEqual(["--conditions=@oomol/source", "-C", "custom"]);
});
