import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cliFile, runProgram } from "./helpers/run-program.ts";

// Inside the workspace, where what a package needs is installed.
const home = dirname(fileURLToPath(import.meta.url));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(home, "manifest-"));
  await writeFile(join(directory, "package.oo.yaml"), "name: words\nversion: 0.1.0\n");
});

afterEach(() => rm(directory, { recursive: true }));

// By its file, since the executor finds packages as they are published, and a test needs no build.
const scriptlet = createRequire(import.meta.url).resolve("@oomol/scriptlet");
const code = `import { defineBlock } from ${JSON.stringify(scriptlet)};
import { z } from "zod";

enum Loudness { low = 1 }
console.log("loaded", Loudness.low);
setInterval(() => {}, 1_000);

export default defineBlock({
  inputs: { text: z.string().min(1), note: z.string().optional(), mode: z.enum(["a", "b"]).default("a") },
  outputs: { repeated: z.string() },
  run: async ({ text }) => ({ repeated: text }),
});
`;

const manifest = `title: Repeat
executor:
  name: nodejs
  options: { entry: main.ts }
inputs_def:
  - group: Words
  # What people read
  - handle: text
    description: What is repeated.
    json_schema: { type: string }
  - handle: speed
    json_schema: { type: number }
  - handle: mode
    value: b
    json_schema: { type: string, enum: [a, b] }
`;

test("a manifest that differs is told by handle, written as the code says, and then the same", async () => {
  const file = await writeBlock("repeat", manifest, code);
  const check = await runProgram(cliFile, ["manifest", directory, "--check"]);
  expect([check.code, check.stdout.split("\n")]).toEqual([
    1,
    [
      "tasks/repeat: differs from the code; `oomol-connect manifest` writes it",
      '  input text: its json_schema is {"type":"string"}, and in the code {"type":"string","minLength":1}',
      "  input note: the manifest has no such handle",
      "  input mode: its nullable is absent, and in the code true",
      '  input mode: its value is "b", and in the code "a"',
      "  input speed: the code has no such handle",
      "  output repeated: the manifest has no such handle",
      "",
    ],
  ]);
  expect(check.stderr).toBe("loaded 1\n");
  expect(await readFile(file, "utf8")).toBe(manifest);

  const written = await runProgram(cliFile, ["manifest", "--json"], { cwd: join(directory, "tasks/repeat") });
  expect([written.code, JSON.parse(written.stdout)]).toMatchObject([0, [{ state: "written" }]]);
  expect(await readFile(file, "utf8")).toMatchInlineSnapshot(`
    "title: Repeat
    executor:
      name: nodejs
      options: { entry: main.ts }
    inputs_def:
      - group: Words
      # What people read
      - handle: text
        description: What is repeated.
        json_schema:
          type: string
          minLength: 1
      - handle: mode
        value: a
        json_schema: { type: string, enum: [ a, b ] }
        nullable: true
      - handle: note
        json_schema:
          type: string
        nullable: true
    outputs_def:
      - handle: repeated
        json_schema:
          type: string
    "
  `);

  const again = await runProgram(cliFile, ["manifest", directory, "--check"]);
  expect([again.code, again.stdout]).toEqual([0, "tasks/repeat: as in the code\n"]);
});

test("a block that is a plain function keeps its manifest, and one that cannot be loaded says why", async () => {
  const plain = await writeBlock("plain", manifest, "export default () => ({});\n");
  const check = await runProgram(cliFile, ["manifest", directory, "--check"]);
  expect([check.code, check.stdout]).toEqual([0, "tasks/plain: not made by defineBlock, left as it is\n"]);

  await writeBlock("broken", manifest, "export default not there;\n");
  const failed = await runProgram(cliFile, ["manifest", directory]);
  expect([failed.code, failed.stdout]).toEqual([2, ""]);
  expect(failed.stderr).toContain("error The code of tasks/broken cannot be loaded: ");
  expect(await readFile(plain, "utf8")).toBe(manifest);
});

test("outside of a package it says what is missing", async () => {
  const { code, stderr } = await runProgram(cliFile, ["manifest", home, "--check"]);
  expect([code, stderr]).toEqual([2, `error ${home} is in no package: there is no package.oo.yaml.\n`]);
});

test("a folder that is not there is not taken for the package around it", async () => {
  const { code, stdout, stderr } = await runProgram(cliFile, ["manifest", join(directory, "tsks")]);
  const words = "does not exist; name the folder of a package, or one in it.";
  expect([code, stdout, stderr]).toEqual([2, "", `error ${join(directory, "tsks")} ${words}\n`]);
});

async function writeBlock(name: string, text: string, main: string): Promise<string> {
  const block = join(directory, "tasks", name);
  await mkdir(block, { recursive: true });
  await writeFile(join(block, "main.ts"), main);
  const file = join(block, "task.oo.yaml");
  await writeFile(file, text);
  return file;
}
