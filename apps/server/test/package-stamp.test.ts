import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { afterEach, expect, test, vi } from "vitest";
import { createPackageStamps } from "../src/packages/package-stamp.ts";

afterEach(() => void vi.useRealTimers());

/** A package, and what asks for its stamp: `old` when its files have not changed for long, otherwise right after they were made. */
async function openPackage(age: "new" | "old") {
  const folder = await createTemporaryFolder();
  const path = (name: string) => folder.file(`package/${name}`);
  await mkdir(path("tasks/one"), { recursive: true });
  await mkdir(path("node_modules/library"), { recursive: true });
  await mkdir(path("node_modules/@scope"));
  for (const [name, link] of Object.entries(links)) {
    await mkdir(path(`../${name}/lib`), { recursive: true });
    await writeFile(path(`../${name}/lib/index.js`), "");
    await symlink(path(`../${name}`), path(link));
  }
  await writeFile(path("package.oo.yaml"), "name: one\n");
  await writeFile(path("tasks/one/main.js"), "export default () => ({});\n");
  if (age === "old") vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  const stampOf = createPackageStamps();
  return {
    path,
    stamp: () => stampOf(folder.file("package")),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

/** Folders beside the package, and where a link in it leads to them. */
const links = {
  linked: "tasks/linked",
  module: "node_modules/module",
  scoped: "node_modules/@scope/module",
};

type PackagePath = (name: string) => string;

const changes: Record<string, (path: PackagePath) => Promise<unknown>> = {
  "a file that was written": (path) => writeFile(path("tasks/one/main.js"), "export default () => 1;\n"),
  "a file that was added": (path) => writeFile(path("tasks/one/other.js"), ""),
  "a file in a new folder": async (path) => {
    await mkdir(path("tasks/two"));
    await writeFile(path("tasks/two/main.js"), "");
  },
  "a file that was removed": (path) => rm(path("tasks/one/main.js")),
  "a module that was installed": (path) => mkdir(path("node_modules/other")),
  ...Object.fromEntries(
    Object.keys(links).map((name) => [
      `a file in a folder that is linked (${name})`,
      (path: PackagePath) => writeFile(path(`../${name}/lib/index.js`), "export default 1;"),
    ]),
  ),
  "the list of a package manager": (path) => writeFile(path("node_modules/.package-lock.json"), "{}"),
};

const others: Record<string, (path: PackagePath) => Promise<unknown>> = {
  nothing: async () => undefined,
  "what Python writes": async (path) => {
    await mkdir(path("tasks/one/__pycache__"));
    await writeFile(path("tasks/one/__pycache__/main.pyc"), "");
  },
  "what a module writes into its own folder": (path) => writeFile(path("node_modules/library/cache"), ""),
};

const ages = ["new", "old"] as const;
const table = <Case>(cases: Record<string, Case>) =>
  ages.flatMap((age) => Object.entries(cases).map(([name, change]) => ({ age, name, change })));

test.each(table(changes))(
  "$name changes the stamp of a package whose files are $age",
  async ({ age, change }) => {
    await using one = await openPackage(age);
    const before = await one.stamp();
    expect(await one.stamp()).toBe(before);
    await change(one.path);
    const after = await one.stamp();
    expect(after).not.toBe(before);
    expect(await one.stamp()).toBe(after);
  },
);

test.each(table(others))(
  "$name leaves the stamp of a package whose files are $age",
  async ({ age, change }) => {
    await using one = await openPackage(age);
    const before = await one.stamp();
    await change(one.path);
    expect(await one.stamp()).toBe(before);
  },
);

test("modules count that are installed where there were none", async () => {
  await using subject = await openPackage("old");
  await rm(subject.path("node_modules"), { recursive: true });
  const bare = await subject.stamp();
  await mkdir(subject.path("node_modules"));
  const empty = await subject.stamp();
  await writeFile(subject.path("node_modules/.package-lock.json"), "{}");
  expect(new Set([bare, empty, await subject.stamp()]).size).toBe(3);
});

test("a folder of more than 5,000 files has no stamp", async () => {
  await using one = await openPackage("old");
  for (let file = 0; file < 5_000; file += 1) await writeFile(one.path(`tasks/one/${file}.js`), "");
  expect(await one.stamp()).toBeUndefined();
});
