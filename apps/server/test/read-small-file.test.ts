import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { readSmallFile } from "../src/packages/read-small-file.ts";
import { makeDataDirectory } from "./open-test-server.ts";

const places: [string, (path: string) => unknown, string][] = [
  ["a device without an end", (path) => symlink("/dev/zero", path), "it is no regular file"],
  ["a pipe that nobody writes into", (path) => execFileSync("mkfifo", [path]), "it is no regular file"],
  ["a folder", (path) => mkdir(path), "it is no regular file"],
  ["a link that leads nowhere", (path) => symlink("nowhere", path), "it cannot be read (ENOENT)"],
  ["too large a file", (path) => writeFile(path, "x".repeat(11)), "it has 11 bytes, and may have 10"],
];

test.skipIf(process.platform === "win32").each(places)("refuses %s", async (_what, make, reason) => {
  await using data = await makeDataDirectory();
  const path = join(data.path, "file");
  await make(path);
  await expect(readSmallFile(path, 10)).rejects.toThrow(expect.objectContaining({ message: reason }));
});

test("reads a file of as many bytes as it may have, or none", async () => {
  await using data = await makeDataDirectory();
  const path = join(data.path, "file");
  for (const text of ["", "ü".repeat(5)]) {
    await writeFile(path, text);
    expect(await readSmallFile(path, 10)).toBe(text);
  }
});

test.runIf(process.platform === "linux")("refuses a file that says it is empty and is not", async () => {
  expect(await readSmallFile("/proc/self/mounts", 2 ** 20)).not.toBe("");
  await expect(readSmallFile("/proc/self/mounts", 10)).rejects.toThrow("it has 11 bytes, and may have 10");
});

test.skipIf(process.platform === "win32").each(places.slice(0, 3))(
  "%s in the place of a file of a package costs that file alone",
  async (_what, make) => {
    await using data = await makeDataDirectory();
    const files = {
      "one/package.oo.yaml": "name: one\nversion: 1.0.0\n",
      "one/tasks/a/task.oo.yaml": "executor: { name: nodejs, options: { entry: main.js } }\n",
      "one/oo-locales/en.json": '{ "greet": "Hi" }',
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(data.path, name, ".."), { recursive: true });
      await writeFile(join(data.path, name), text);
    }
    await mkdir(join(data.path, "one/tasks/b"));
    await make(join(data.path, "one/tasks/b/task.oo.yaml"));
    await make(join(data.path, "one/oo-locales/zh.json"));
    const catalog = createPackageCatalog([data.path], pino({ enabled: false }));
    const { packages, problems } = await catalog.inspect();
    expect(packages[0]?.blocks.map(({ name }) => name)).toEqual(["a"]);
    expect(packages[0]?.words).toEqual({ en: { greet: "Hi" }, zh: {} });
    const path = "/packages/one-1.0.0/1.0.0/oo-locales/zh.json";
    expect(problems).toEqual([{ path, message: "Not all of its words can be used: it is no regular file." }]);
  },
);
