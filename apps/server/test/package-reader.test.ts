import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { createPackageReader } from "../src/packages/package-reader.ts";
import { fixturePackages, makeDataDirectory } from "./open-test-server.ts";

afterEach(() => vi.useRealTimers());

test("reads a package once, and again whenever its manifests have changed", async () => {
  await using copy = await copyPackage();
  const read = createPackageReader();
  const names = async () => (await read(copy.package))?.blocks.map(({ name }) => name);
  laterBy(60_000); // what was written just now may still change unseen
  const first = await read(copy.package);
  expect(await read(copy.package)).toBe(first);

  const manifest = join(copy.package, "blocks/shout/block.oo.yaml");
  const text = await readFile(manifest, "utf8");
  await writeFile(manifest, text.replace("Shout", "Yell!")); // as long as before
  expect(JSON.stringify(await read(copy.package))).toContain("Yell!");
  await mkdir(join(copy.package, "blocks/later"));
  expect(await names()).not.toContain("later");
  await cp(manifest, join(copy.package, "blocks/later/block.oo.yaml"));
  expect(await names()).toContain("later");
  await rm(join(copy.package, "blocks/later"), { recursive: true });
  expect(await names()).not.toContain("later");
  await rm(copy.package, { recursive: true });
  expect(await read(copy.package)).toBeUndefined();
});

test("sees what comes where nothing was: a folder of blocks, what a link leads to, the package itself", async () => {
  await using copy = await copyPackage();
  const read = createPackageReader();
  const names = async () => (await read(copy.package))?.blocks.map(({ name }) => name);
  const [blocks, tasks, elsewhere, away] = ["lab/blocks", "lab/tasks", "elsewhere", "away"].map((name) =>
    join(copy.folder, name),
  ) as [string, string, string, string];
  await rename(blocks, away);
  await rename(tasks, elsewhere);
  await symlink(elsewhere, tasks);
  await rename(elsewhere, `${elsewhere}-later`);
  laterBy(60_000);
  expect(await names()).toEqual([]);
  await rename(away, blocks);
  laterBy(60_000);
  expect(await names()).toContain("shout");
  expect(await names()).not.toContain("hang");
  await rename(`${elsewhere}-later`, elsewhere);
  expect(await names()).toContain("hang");
  await rename(copy.package, away);
  laterBy(60_000);
  for (let time = 0; time < 2; time += 1) expect(await names()).toBeUndefined();
  await rename(away, copy.package);
  expect(await names()).toContain("shout");
});

test("does not trust what was written a moment ago: it may change within one tick of the file system's clock", async () => {
  await using copy = await copyPackage();
  const read = createPackageReader();
  expect(await read(copy.package)).not.toBe(await read(copy.package));
});

/** Moves this process's clock, which no file hears of. */
function laterBy(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
}

async function copyPackage() {
  const folder = await makeDataDirectory();
  const copied = join(folder.path, "lab");
  await cp(join(fixturePackages, "lab"), copied, { recursive: true });
  return { package: copied, folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
