import { lstat, mkdir, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { linkPackages } from "../../src/engine/oocana/link-packages.ts";
import { createLinkRoot } from "../../src/engine/oocana/link-root.ts";

const at = (directory: string, version = "1.0.0", name = "one") => ({ name, version, directory });

test("each version has its link, and the name leads to the newest", async () => {
  await using folder = await createTemporaryFolder();
  const packages = [at("/old", "1.9.0"), at("/new", "1.10.0"), at("/older", "1.2.0")];
  const { searchPath } = await linkPackages(folder.path, packages);
  expect(await readlink(join(searchPath, "one-1.9.0"))).toBe("/old");
  expect(await readlink(join(searchPath, "one"))).toBe("/new");
});

test("the folder stays the same until the packages change", async () => {
  await using folder = await createTemporaryFolder();
  const before = await linkPackages(folder.path, [at("/a")]);
  expect(await linkPackages(folder.path, [at("/a")])).toEqual(before);
  const { searchPath } = await linkPackages(folder.path, [at("/b")]);
  expect(searchPath).not.toBe(before.searchPath);
  expect(await readlink(join(searchPath, "one"))).toBe("/b");
});

test("many flows at once make one folder", async () => {
  await using folder = await createTemporaryFolder();
  const made = await Promise.all(Array.from({ length: 20 }, () => linkPackages(folder.path, [at("/a")])));
  expect(new Set(made.map(({ searchPath }) => searchPath)).size).toBe(1);
});

test("a name that is no name leads out of no folder", async () => {
  await using folder = await createTemporaryFolder();
  await mkdir(folder.file("root"));
  const names = ["../out", "..", "@a/../../out", "/out", "a/b/c", ""];
  const { places } = await linkPackages(
    folder.file("root"),
    names.map((name) => at("/a", "1.0.0", name)),
  );
  expect(places).toEqual([]);
  await expect(lstat(folder.file("out-1.0.0"))).rejects.toThrow("ENOENT");
  await rm(folder.file("root"), { recursive: true });
});

test("the folder beside a data directory with a comma outlives a killed server only until the next one has ended", async () => {
  await using folder = await createTemporaryFolder();
  const data = folder.file("a,b");
  await mkdir(data);
  const isThere = (path: string) =>
    lstat(path).then(
      () => true,
      () => false,
    );
  const left = await createLinkRoot(data).path();
  expect(await createLinkRoot(data).path()).toBe(left);
  await rm(left, { recursive: true });
  const made = await createLinkRoot(data).path();
  expect([await isThere(left), await isThere(made)]).toEqual([false, true]);
  // One that has run no flow removes it as well.
  await createLinkRoot(data).remove();
  expect(await isThere(made)).toBe(false);
  await createLinkRoot(data).remove();
});
