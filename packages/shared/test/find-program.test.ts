import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { findProgram } from "../src/find-program.ts";

const name = process.platform === "win32" ? "tool.exe" : "tool";

async function openFolder() {
  const folder = await createTemporaryFolder();
  await mkdir(folder.file("bin"));
  for (const file of [folder.file(name), folder.file(join("bin", name))]) {
    await writeFile(file, "");
    await chmod(file, 0o755);
  }
  return folder;
}

test("a program is found on the PATH", async () => {
  await using folder = await openFolder();
  const path = [folder.file("none"), folder.file("bin")].join(delimiter);
  expect(await findProgram("tool", path)).toBe(folder.file(join("bin", name)));
  expect(await findProgram("other", path)).toBeUndefined();
});

test.each(["", ".", "bin", `${delimiter}${delimiter}`])(
  "the entry %j of a PATH does not mean a folder of the working directory",
  async (entry) => {
    await using folder = await openFolder();
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      expect(await findProgram("tool", entry)).toBeUndefined();
    } finally {
      process.chdir(before);
    }
  },
);
