import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@oomol/test-helpers/free-port";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listenOnLoopback } from "./helpers/listen-on-loopback.ts";
import { openDebugger } from "./helpers/open-debugger.ts";
import { cliFile, runProgram } from "./helpers/run-program.ts";
import { startDev } from "./helpers/start-dev.ts";

let directory: string;

beforeAll(async () => {
  // Inside the workspace, where what a package needs is installed.
  directory = await mkdtemp(join(dirname(fileURLToPath(import.meta.url)), "dev-options-"));
});

afterAll(() => rm(directory, { recursive: true }));

test("a file that is replaced by another is seen, and so are the changes of the new one", async () => {
  const main = await writePackage("renamed", "export default () => ({ text: 'one' });");
  await using dev = startDev(join(directory, "renamed"), ["--run", "renamed::say"]);
  expect(await dev.next()).toMatchObject({ event: "serving" });
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "one" } });
  await writeFile(join(directory, "next.mjs"), "export default () => ({ text: 'two' });");
  await rename(join(directory, "next.mjs"), main);
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "two" } });
  await writeFile(main, "export default () => ({ text: 'three' });");
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "three" } });
});

test("a folder that is not there, or a port that another has, is told before any address", async () => {
  const nowhere = join(directory, "nowhere");
  const missing = await runProgram(cliFile, ["dev", nowhere, "--port", "0"]);
  expect([missing.code, missing.stdout]).toEqual([2, ""]);
  expect(missing.stderr).toContain(`${nowhere} does not exist`);

  await using server = await listenOnLoopback(() => {});
  const { port } = new URL(server.url);
  const taken = await runProgram(cliFile, ["dev", directory, "--port", port]);
  expect([taken.code, taken.stdout]).toEqual([1, ""]);
  expect(taken.stderr).toBe(
    `error The server did not start: Cannot listen on 127.0.0.1:${port}: another program has this port. Choose another (--port), or 0 for a free one.\n`,
  );
});

test("a package whose manifest is broken says so, whatever its folder is called, and nothing else", async () => {
  const main = await writePackage("folder", "export default () => ({ text: 'one' });");
  const manifest = join(directory, "folder/package.oo.yaml");
  await writeFile(manifest, "name: [shout\n");
  await using dev = startDev(join(directory, "folder"), ["--run", "shout::say"]);
  expect(await dev.next()).toMatchObject({ event: "serving" });
  const message = expect.stringMatching(/\/packages\/folder: The manifest .* line 2, column 1\.$/);
  expect(await dev.next()).toEqual({ event: "problem", message });
  const failure = (await dev.next()) as { event: string; message: string };
  expect(failure).toEqual({ event: "failed", message });
  await writeFile(manifest, "name: shout\nversion: 0.1.0\n");
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "one" } });
  expect(await readFile(main, "utf8")).toContain("one");
});

test("inputs come from a file, from stdin and as files", async () => {
  await writePackage(
    "given",
    `import { readFile } from "node:fs/promises";
     export default async ({ text, letter }) => ({ text: text + await readFile(letter, "utf8") });`,
    [
      "  - { handle: text, json_schema: { type: string } }",
      "  - { handle: letter, json_schema: { type: string, 'ui:widget': file } }",
    ],
  );
  const inputs = join(directory, "inputs.json");
  const letter = join(directory, "letter.txt");
  await writeFile(inputs, '{ "text": "Dear " }');
  await writeFile(letter, "reader");
  const flags = ["--run", "given::say", "--file", `letter=${letter}`];
  {
    await using dev = startDev(join(directory, "given"), [...flags, "--inputs-json", inputs]);
    await dev.next();
    expect(await dev.next()).toMatchObject({ event: "result", result: { text: "Dear reader" } });
  }
  await using dev = startDev(join(directory, "given"), [...flags, "--inputs-json", "-"], '{ "text": "No " }');
  await dev.next();
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "No reader" } });
});

test("with --inspect a run waits for a debugger, which stops in the TypeScript of the block", async () => {
  await writePackage(
    "inspected",
    `interface Inputs { text?: string }
     export default ({ text = "seen" }: Inputs) => {
       debugger;
       return { text };
     };`,
    [],
    "main.ts",
  );
  const port = String(await freePort());
  const flags = ["--run", "inspected::say", "--inspect", port];
  await using dev = startDev(join(directory, "inspected"), flags);
  expect(await dev.next()).toMatchObject({ event: "serving" });
  await using debug = await openDebugger(Number(port));
  const { url, sourceMapURL } = await debug.runUntilPaused();
  expect(url).toMatch(/inspected\/tasks\/say\/main\.ts$/);
  expect(sourceMapURL).toMatch(/^data:application\/json;/);
  debug.resume();
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "seen" } });
});

/** A package with a block called `say`; resolves with the file of its code. */
async function writePackage(
  name: string,
  code: string,
  inputs: readonly string[] = [],
  entry = "main.mjs",
): Promise<string> {
  const block = join(directory, name, "tasks/say");
  await mkdir(block, { recursive: true });
  await writeFile(join(directory, name, "package.oo.yaml"), `name: ${name}\nversion: 0.1.0\n`);
  const manifest = [
    `executor: { name: nodejs, options: { entry: ${entry} } }`,
    ...(inputs.length > 0 ? ["inputs_def:", ...inputs] : []),
    "outputs_def:",
    "  - handle: text",
  ];
  await writeFile(join(block, "task.oo.yaml"), `${manifest.join("\n")}\n`);
  const main = join(block, entry);
  await writeFile(main, code);
  return main;
}
