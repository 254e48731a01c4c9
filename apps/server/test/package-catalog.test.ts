import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { makeDataDirectory } from "./open-test-server.ts";

afterEach(() => vi.useRealTimers());

async function writePackage(folder: string, name: string, version: string, block = "run") {
  await mkdir(join(folder, "tasks", block), { recursive: true });
  await writeFile(join(folder, "package.oo.yaml"), `name: ${name}\nversion: ${version}\n`);
  const manifest = "type: task_block\nexecutor: { name: nodejs, options: { entry: main.js } }\n";
  await writeFile(join(folder, "tasks", block, "task.oo.yaml"), manifest);
}

async function openCatalog() {
  const data = await makeDataDirectory();
  const catalog = createPackageCatalog([data.path], pino({ enabled: false }));
  const folder = (name: string) => join(data.path, name);
  await writePackage(folder("one"), "one", "1.0.0");
  await writePackage(folder("two"), "two", "1.0.0");
  expect((await catalog.find("one::run")).packageVersion).toBe("1.0.0");
  const versionOf = async (id: string) => (await catalog.find(id)).packageVersion;
  return { catalog, folder, versionOf, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() };
}

test.each<[string, (folder: (name: string) => string) => Promise<void>, id: string, version: string]>([
  [
    "a new version in a folder of its own",
    (at) => writePackage(at("one-2"), "one", "2.0.0"),
    "one::run",
    "2.0.0",
  ],
  ["another version in its manifest", (at) => writePackage(at("one"), "one", "1.5.0"), "one::run", "1.5.0"],
  ["a new block", (at) => writePackage(at("one"), "one", "1.0.0", "walk"), "one::walk", "1.0.0"],
  [
    "a package that was not there",
    (at) => writePackage(at("@a/three"), "three", "3.0.0"),
    "three::run",
    "3.0.0",
  ],
  ["a folder that was renamed", (at) => rename(at("one"), at("uno")), "one::run", "1.0.0"],
])("%s is found at once", async (_, change, id, version) => {
  await using opened = await openCatalog();
  await change(opened.folder);
  expect(await opened.versionOf(id)).toBe(version);
});

test("what was taken away is not found any more, and the refusal knows what there is", async () => {
  await using opened = await openCatalog();
  await rm(opened.folder("one"), { recursive: true });
  await expect(opened.catalog.find("one::run")).rejects.toThrow('"two" is installed');
  await expect(opened.catalog.find("two::ran")).rejects.toThrow('Did you mean "run"?');
  await expect(opened.catalog.find("two::run::more")).rejects.toThrow("not a block id");
});

test("a package that takes another one's name is seen within five seconds", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  await using opened = await openCatalog();
  await writePackage(opened.folder("two"), "one", "9.0.0");
  vi.advanceTimersByTime(5_001);
  expect(await opened.versionOf("one::run")).toBe("9.0.0");
});
