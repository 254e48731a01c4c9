import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const examples = new URL("./examples/", import.meta.url);

test("every example of the README is a file that is type-checked and run, and the other way round", async () => {
  const shown = [...readme.matchAll(/```ts\n(\/\/ (\S+)\n[\s\S]*?)```/g)].map(([, text, name]) => [
    name,
    text,
  ]);
  const files = await Promise.all(
    (await readdir(examples)).map(async (name) => [name, await readFile(new URL(name, examples), "utf8")]),
  );
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(files));
  expect(readme.match(/```ts\n/g)).toHaveLength(shown.length);
});
