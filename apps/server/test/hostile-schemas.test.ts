import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startCpuClock } from "@oomol/test-helpers/start-cpu-clock";
import { expect, test } from "vitest";
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
  const given = "a".repeat(40) + text.at(-1);
  const refusal = await refusalOf(await server.create("odd::one", { text: given }));
  expect(refusal).toEqual({
    status: 400,
    message: expect.stringContaining('"text" of odd::one must match pattern'),
  });
});

test("a pattern that needs another engine is not checked", async () => {
  await using data = await makeDataDirectory();
  const schema = '{ type: string, pattern: "(?=a)b" }';
  await using server = await openTestServer({
    packages: [await writePackage(data.path, { one: block(handle("text", schema)) })],
  });
  expect((await server.create("odd::one", { text: "b" })).status).toBe(200);
});

const nested = (levels: number): string =>
  `${"{ type: array, items: ".repeat(levels)}{}${" }".repeat(levels)}`;
/** Each definition names the next twice: what is to be checked doubles with each. */
const doubling = (levels: number) =>
  JSON.stringify({
    $defs: {
      ...Object.fromEntries(
        Array.from({ length: levels }, (_, index) => {
          const $ref = `#/$defs/d${index + 1}`;
          return [`d${index}`, { allOf: [{ $ref }, { $ref }] }];
        }),
      ),
      [`d${levels}`]: {},
    },
    $ref: "#/$defs/d0",
  });

test.each([
  [
    "lists 30,000 values",
    JSON.stringify({ enum: Array.from({ length: 30_000 }, (_, index) => `e${index}`) }),
  ],
  [
    "has 3,000 alternatives",
    JSON.stringify({ anyOf: Array.from({ length: 3_000 }, () => ({ type: "null" })) }),
  ],
  ["is nested 500 levels deep", nested(500)],
])("a schema that %s is not checked", async (_what, schema) => {
  await using data = await makeDataDirectory();
  const packages = [await writePackage(data.path, { one: block(handle("value", schema)) })];
  await using server = await openTestServer({ packages });
  const cpuMs = startCpuClock();
  expect((await server.create("odd::one", { value: 1 })).status).toBe(200);
  expect(cpuMs()).toBeLessThan(10_000); // minutes, or for ever
});

const objects = Array.from({ length: 60_000 }, (_, index) => ({ index }));

test("60,000 objects are told apart in bounded time", async () => {
  await using data = await makeDataDirectory();
  const schema = "{ type: array, uniqueItems: true }";
  const packages = [await writePackage(data.path, { one: block(handle("value", schema)) })];
  await using server = await openTestServer({ packages });
  expect((await server.create("odd::one", { value: objects })).status).toBe(200);
  expect(await refusalOf(await server.create("odd::one", { value: [...objects, { index: 7 }] }))).toEqual({
    status: 400,
    message: expect.stringContaining('"value" of odd::one must not hold the same item twice'),
  });
});

test("a value whose schema doubles 40 times is refused in bounded time", async () => {
  await using data = await makeDataDirectory();
  const packages = [await writePackage(data.path, { one: block(handle("value", doubling(40))) })];
  await using server = await openTestServer({ packages });
  const cpuMs = startCpuClock();
  const { status, message } = await refusalOf(await server.create("odd::one", { value: objects }));
  expect([status, message]).toEqual([400, expect.stringContaining("it takes longer than")]);
  expect(cpuMs()).toBeLessThan(10_000);
});

test("a schema that is as large as it may be is taken", async () => {
  await using data = await makeDataDirectory();
  const schema = JSON.stringify({
    type: "object",
    properties: Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`p${index}`, { type: "string" }]),
    ),
    additionalProperties: { enum: Array.from({ length: 2_000 }, (_, index) => index) },
  });
  const packages = [await writePackage(data.path, { one: block(handle("value", schema)) })];
  await using server = await openTestServer({ packages });
  expect((await server.create("odd::one", { value: { p1: "x", other: 7 } })).status).toBe(200);
  expect((await server.create("odd::one", { value: { p1: "x", other: 2_000 } })).status).toBe(400);
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
