import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, fixturesDirectory, runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer(["--packages", fixturesDirectory]);
});

afterAll(() => server[Symbol.asyncDispose]());

async function given(...inputs: string[]) {
  const flags = inputs.flatMap((pair) => ["--input", pair]);
  const { code, stdout, stderr } = await server.cli("run", "look::echo", ...flags);
  return code === 0 ? JSON.parse(stdout).given : { code, stderr };
}

test("a value is JSON unless the block takes only text there", async () => {
  expect(await given("text=123", "maybe=true", "choice=2", "count=123", "any=123")).toMatchObject({
    text: "123",
    maybe: "true",
    choice: "2",
    count: 123,
    any: 123,
  });
  expect(await given("text=null", "maybe=null", 'any={"a":[1]}')).toMatchObject({
    text: "null",
    maybe: null,
    any: { a: [1] },
  });
  expect(await given('text="123"', "maybe=1.0", "any=1.0", 'choice="2"')).toMatchObject({
    text: "123",
    maybe: "1.0",
    any: 1,
    choice: "2",
  });
  expect(await given("text=9007199254740993", "maybe=[1")).toMatchObject({
    text: "9007199254740993",
    maybe: "[1",
  });
});

test("a number that would be changed is refused before it is sent, by its name", async () => {
  for (const pair of ["count=9007199254740993", 'any={"rows":[9007199254740993]}']) {
    expect(await given(pair)).toEqual({
      code: 2,
      stderr: expect.stringContaining(
        `--input ${pair.split("=")[0]} holds 9007199254740993, which readers of JSON change to 9007199254740992; give it as text`,
      ),
    });
  }
  const file = join(server.directory, "inputs.json");
  await writeFile(file, '{ "any": { "rows": [9007199254740993] } }');
  expect(await server.cli("run", "look::echo", "--inputs-json", file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("hold, at any/rows/0, 9007199254740993, which readers of JSON change"),
  });
});

test("a file of this folder in --input is answered with what to write instead", async () => {
  const flags = ["run", "look::echo", "--base-url", server.baseUrl, "--input", "file=here.txt"];
  await writeFile(join(server.directory, "here.txt"), "x");
  const { code, stderr } = await runProgram(cliFile, flags, { cwd: server.directory });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("--file file=here.txt") });
});

test("a list of inputs is for the nodes of a flow, and for the block itself under _", async () => {
  const file = join(server.directory, "nodes.json");
  const inputs = [{ handle: "any", value: [1, "a"] }];
  const run = ["run", "look::echo", "--inputs-json", file];
  for (const list of [[{ nodeId: "_", inputs }], inputs]) {
    await writeFile(file, JSON.stringify(list));
    const { code, stdout } = await server.cli(...run);
    expect({ code, given: JSON.parse(stdout).given }).toMatchObject({ code: 0, given: { any: [1, "a"] } });
  }
  expect(await server.cli(...run, "--input", "count=1")).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("--input count: the inputs of --inputs-json are a list, so put this one"),
  });
  await writeFile(file, '"text"');
  expect((await server.cli(...run)).stderr).toContain("or for the nodes of a flow a list of");
});
