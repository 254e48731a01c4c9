import { writeFile } from "node:fs/promises";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { keepOpen } from "../src/keep-open.ts";

test("a file that stays open is read as it is each time, until it is closed", async () => {
  await using folder = await createTemporaryFolder();
  await writeFile(folder.file("one"), "before");
  const one = keepOpen(folder.file("one"));
  expect(one.read()).toBe("before");
  await writeFile(folder.file("one"), "now");
  expect(one.read()).toBe("now");
  one.close();
  expect(one.read()).toBe("");
  one.close();
});

test("of a long file the beginning is read, of one that is not there nothing", async () => {
  await using folder = await createTemporaryFolder();
  await writeFile(folder.file("long"), "x".repeat(3_000));
  const long = keepOpen(folder.file("long"));
  expect(long.read()).toBe("x".repeat(2_048));
  long.close();
  expect(keepOpen(folder.file("none")).read()).toBe("");
});
