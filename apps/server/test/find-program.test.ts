import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { findProgram } from "../src/processes/find-executor.ts";

const name = process.platform === "win32" ? "tool.exe" : "tool";

test.each(["", ".", "bin", `${delimiter}${delimiter}`])(
  "the entry %j of a PATH does not mean a folder of the working directory",
  async (entry) => {
    await using folder = await createTemporaryFolder();
    await mkdir(folder.file("bin"));
    for (const file of [folder.file(name), folder.file(join("bin", name))]) {
      await writeFile(file, "");
      await chmod(file, 0o755);
    }
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      expect(await findProgram("tool", entry)).toBeUndefined();
      const path = [entry, folder.file("bin")].join(delimiter);
      expect(await findProgram("tool", path)).toBe(folder.file(join("bin", name)));
    } finally {
      process.chdir(before);
    }
  },
);
