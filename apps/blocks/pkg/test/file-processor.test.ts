import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runBlock } from "@oomol/scriptlet/testing";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import fileProcessor, { type Inputs, type Outputs } from "../tasks/file-processor/main.ts";

const abcHash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const millionLettersHash = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

async function processFile(name: string, content: string | Uint8Array, input1?: string | null) {
  await using directory = await createTemporaryFolder();
  const file = join(directory.path, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  const inputs = input1 === undefined ? { file } : { file, input1 };
  const run = await runBlock<Inputs, Outputs>(fileProcessor, { inputs });
  expect(run.error).toBeUndefined();
  return { outputs: run.result ?? {}, run };
}

test("says name, type, size and SHA-256 of a file, and gives the note back", async () => {
  const { outputs, run } = await processFile("upload-7f3a/test.txt", "abc", "value");
  expect(outputs).toEqual({
    name: "test.txt",
    type: "text/plain",
    size_bytes: 3,
    sha256: abcHash,
    input1: "value",
  });
  expect(run.logs).toEqual([{ text: `test.txt: text/plain, 3 bytes, SHA-256 ${abcHash}`, stdio: "stdout" }]);
  expect(run.progress).toEqual([100]);
  const [preview] = run.previews;
  expect(preview?.type).toBe("table");
  const table = await readFile(String(preview?.data), "utf8");
  expect(table).toBe(`name,type,size_bytes,sha256\ntest.txt,text/plain,3,${abcHash}\n`);
});

test.each([[undefined], [null]])("a note of %s is given back as null", async (input1) => {
  const { outputs } = await processFile("a.txt", "abc", input1);
  expect(outputs.input1).toBeNull();
});

test("an empty file has a hash too", async () => {
  const { outputs } = await processFile("empty.txt", "");
  expect(outputs).toMatchObject({ type: "text/plain", size_bytes: 0, sha256: emptyHash });
});

test("reads a large file in pieces, with progress by bytes", async () => {
  const { outputs, run } = await processFile("letters.txt", "a".repeat(1_000_000));
  expect(outputs).toMatchObject({ size_bytes: 1_000_000, sha256: millionLettersHash });
  expect(run.progress.length).toBeGreaterThan(10);
  expect(run.progress.at(-1)).toBe(100);
});

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test.each([
  ["an image under another name", "picture.txt", png, "image/png"],
  ["an image cut short", "picture.png", png.subarray(0, 12), "image/png"],
  ["a ZIP with nothing behind its signature", "a.bin", Buffer.from("PK\x03\x04"), "application/zip"],
  ["SVG", "drawing.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`, "image/svg+xml"],
  ["JSON by name", "data.json", "{}", "application/json"],
  ["TypeScript", "main.ts", "export {};\n", "text/plain"],
  ["text without an extension", "README", "Grüße\n", "text/plain"],
  ["text whose sample ends inside a character", "long", `x${"ü".repeat(4000)}`, "text/plain"],
  ["unknown bytes", "noise", Buffer.from([0, 255, 1, 254]), "application/octet-stream"],
  ["unknown bytes with a name", "noise.wasm", Buffer.from([9, 255, 1, 254]), "application/wasm"],
])("the type of %s", async (_what, name, content, type) => {
  const { outputs } = await processFile(name, content);
  expect(outputs.type).toBe(type);
});

test.each([
  ["no file", undefined, "A file must be given by its path."],
  ["a path with nothing there", "/no/such/file.txt", "There is no file at /no/such/file.txt."],
  ["a folder", "/", "/ is not a file."],
])("%s fails with a clear sentence", async (_what, file, message) => {
  const run = await runBlock<Inputs, Outputs>(fileProcessor, { inputs: { file } as Inputs });
  expect(run.error).toContain(message);
});
