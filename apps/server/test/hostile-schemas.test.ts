import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { linearPatterns } from "../src/inputs/linear-patterns.ts";
import { makeDataDirectory, openTestServer, refusalOf } from "./open-test-server.ts";

const packageManifest = "name: odd\nversion: 1.0.0\n";
const block = (inputs: string) => `executor: { name: nodejs }\ninputs_def:\n${inputs}`;
const handle = (name: string, schema = "{ type: string }") =>
  `  - handle: ${name}\n    json_schema: ${schema}\n`;

/** A package folder with blocks of these manifests. */
async function writePackage(folder: string, blocks: Record<string, string>): Promise<string> {
  for (const [name, manifest] of Object.entries(blocks)) {
    await mkdir(join(folder, "odd", "tasks", name), { recursive: true });
    await writeFile(join(folder, "odd", "tasks", name, "task.oo.yaml"), manifest);
    await writeFile(join(folder, "odd", "tasks", name, "main.js"), "export default () => ({});\n");
  }
  await writeFile(join(folder, "odd", "package.oo.yaml"), packageManifest);
  return folder;
}

test.each([
  ["^(a+)+$", "aaab"],
  ["^(a|aa)+$", "aaab"],
  ["^([a-z]+)*\\d$", "aaa!"],
  ["(.*)*x$", "aaab"],
])("a schema's pattern %s looks at a long text once", async (pattern, text) => {
  await using data = await makeDataDirectory();
  const schema = `{ type: string, pattern: ${JSON.stringify(pattern)} }`;
  const packages = [await writePackage(data.path, { one: block(handle("text", schema)) })];
  await using server = await openTestServer({ packages });
  const startedMs = performance.now();
  const given = "a".repeat(40) + text.at(-1);
  const refusal = await refusalOf(await server.create("odd::one", { text: given }));
  expect(refusal).toEqual({
    status: 400,
    message: expect.stringContaining('"text" of odd::one must match pattern'),
  });
  expect(performance.now() - startedMs).toBeLessThan(2_000); // 20 s for 30 letters, and twice that for each more
});

test("a pattern that needs another engine is refused with what it needs, when an input is checked", async () => {
  await using data = await makeDataDirectory();
  const schema = '{ type: string, pattern: "(?=a)b" }';
  await using server = await openTestServer({
    packages: [await writePackage(data.path, { one: block(handle("text", schema)) })],
  });
  const { status, message } = await refusalOf(await server.create("odd::one", { text: "b" }));
  expect(status).toBe(400);
  expect(message).toMatch(
    /cannot be used: the pattern "\(\?=a\)b" cannot be read, or needs what this server does without/,
  );
});

test.each([
  ["^[\\w.-]+@[\\w-]+\\.[a-z]{2,}$", ["a.b@c-d.org"], ["a@b", "a b@c.org"]],
  ["^\\u0041[^/]\\/x-y$", ["A1/x-y"], ["B1/x-y"]],
  ["\\p{L}{2}", ["1éü1"], ["1é1"]],
  ["^(?<year>\\d{4})-(0[1-9]|1[0-2])$", ["2026-11"], ["2026-13"]],
  ["^\\u{1F600}.$", ["\u{1F600}\u{1F600}"], ["x"]],
])("reads %s as JavaScript does", (pattern, fitting, others) => {
  const own = linearPatterns(pattern, "u");
  const native = new RegExp(pattern, "u");
  for (const text of [...fitting, ...others]) expect(own.test(text)).toBe(native.test(text));
  expect(fitting.every((text) => own.test(text))).toBe(true);
  expect(others.some((text) => own.test(text))).toBe(false);
});

test("a package whose manifest declares or holds too much is skipped, and the others are listed", async () => {
  await using data = await makeDataDirectory();
  const many = Array.from({ length: 1_001 }, (_, index) => handle(`h${index}`)).join("");
  const cases = { many: block(many), large: `${block(handle("one"))}# ${"x".repeat(2 ** 20)}` };
  const folders = await Promise.all(
    Object.entries(cases).map(([name, manifest]) => writePackage(join(data.path, name), { one: manifest })),
  );
  const good = await writePackage(join(data.path, "good"), {
    most: block(Array.from({ length: 1_000 }, (_, index) => handle(`h${index}`)).join("")),
  });
  for (const folder of folders) {
    await using server = await openTestServer({ packages: [folder] });
    expect(await server.getJson("/v1/blocks")).toEqual({ blocks: [] });
  }
  await using server = await openTestServer({ packages: [good] });
  expect(await server.getJson("/v1/blocks")).toMatchObject({ blocks: [{ name: "most" }] });
});
