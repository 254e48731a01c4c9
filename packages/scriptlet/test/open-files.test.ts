import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test as anywhere, expect } from "vitest";
import { watchOpenFiles } from "../src/executor/cleanliness/open-files.ts";

const test = anywhere.runIf(process.platform === "linux");

test.each(["whole", "quick"] as const)("a %s look finds a file that was opened", (look) => {
  const file = fileURLToPath(import.meta.url);
  const find = watchOpenFiles();
  find(look);
  const number = openSync(file, "r");
  try {
    expect(find(look)).toContainEqual({ kind: "file", description: `an open file: ${file}` });
  } finally {
    closeSync(number);
  }
  expect(find(look)).not.toContainEqual({ kind: "file", description: `an open file: ${file}` });
});
