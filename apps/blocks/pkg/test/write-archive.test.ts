import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { writeArchive } from "../source/write-archive.ts";

const ignoreBytes = () => undefined;

test("a file that vanished fails and leaves no archive", async () => {
  await using directory = await createTemporaryFolder();
  const members = [{ path: join(directory.path, "gone.txt"), sizeBytes: 3 }];
  const written = writeArchive(join(directory.path, "files.zip"), members, ignoreBytes);
  await expect(written).rejects.toThrow("ENOENT");
  expect(await readdir(directory.path)).toEqual([]);
});

test("a file that changed its size fails and leaves no archive", async () => {
  await using directory = await createTemporaryFolder();
  const path = join(directory.path, "grew.txt");
  await writeFile(path, "four");
  const written = writeArchive(join(directory.path, "files.zip"), [{ path, sizeBytes: 3 }], ignoreBytes);
  await expect(written).rejects.toThrow("unexpected number of bytes");
  expect(await readdir(directory.path)).toEqual(["grew.txt"]);
});
