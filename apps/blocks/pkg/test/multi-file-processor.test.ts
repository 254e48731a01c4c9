import { createHash } from "node:crypto";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runBlock } from "@oomol/scriptlet/testing";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import multiFileProcessor, { type Inputs, type Outputs } from "../tasks/multi-file-processor/main.ts";
import { readZip } from "./read-zip.ts";

async function processFiles(contents: Record<string, string | Buffer>, input1: string | null = null) {
  await using directory = await createTemporaryFolder();
  const files = Object.keys(contents).map((name) => join(directory.path, "uploads", name));
  for (const [index, content] of Object.values(contents).entries()) {
    const path = files[index] ?? "";
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  const options = { inputs: { input1, files }, sessionDir: directory.path };
  const run = await runBlock<Inputs, Outputs>(multiFileProcessor, options);
  expect(run.error).toBeUndefined();
  const outputs = run.result ?? {};
  const archive = outputs.archive ?? "";
  expect(dirname(archive)).toBe(join(directory.path, "archive"));
  const archiveBytes = (await stat(archive)).size;
  return { outputs, run, archiveBytes, members: await readZip(archive) };
}

test("describes each file and packs all into a ZIP", async () => {
  const large = Buffer.alloc(500_000, "some words ");
  const { outputs, members, archiveBytes, run } = await processFiles(
    { "a.txt": "abc", "large.csv": large },
    "value",
  );
  expect(outputs.input1).toBe("value");
  expect(outputs.files).toEqual([
    { name: "a.txt", type: "text/plain", size_bytes: 3, sha256: sha256("abc") },
    { name: "large.csv", type: "text/csv", size_bytes: 500_000, sha256: sha256(large) },
  ]);
  expect(members).toEqual(
    new Map([
      ["a.txt", Buffer.from("abc")],
      ["large.csv", large],
    ]),
  );
  expect(outputs.archive_size_bytes).toBe(archiveBytes);
  expect(archiveBytes).toBeLessThan(50_000);
  expect(run.progress.at(-1)).toBe(100);
  expect(run.logs.map(({ text }) => text)).toEqual([
    `a.txt: text/plain, 3 bytes, SHA-256 ${sha256("abc")}`,
    `large.csv: text/csv, 500000 bytes, SHA-256 ${sha256(large)}`,
    `Packed 2 files into ${archiveBytes} bytes.`,
  ]);
});

test("files of one name stay apart in the archive and keep their name in the records", async () => {
  const contents = { "1/a.txt": "one", "2/a.txt": "two", "3/A.TXT": "three", "4/b": "four", "5/b": "five" };
  const { outputs, members } = await processFiles(contents);
  expect([...members.keys()]).toEqual(["a.txt", "a (2).txt", "A (3).TXT", "b", "b (2)"]);
  expect([...members.values()].map(String)).toEqual(Object.values(contents));
  expect(outputs.files?.map(({ name }) => name)).toEqual(["a.txt", "a.txt", "A.TXT", "b", "b"]);
});

test("names of any script, dotted names and backslashes are packed", async () => {
  const { members } = await processFiles({ "报告 🙂.txt": "1", ".env": "2", "c:\\d.txt": "3", "..x": "4" });
  expect([...members.keys()]).toEqual(["报告 🙂.txt", ".env", "c__d.txt", "..x"]);
});

test("an empty file is packed", async () => {
  const { members, outputs } = await processFiles({ "empty.txt": "" });
  expect(members.get("empty.txt")).toEqual(Buffer.alloc(0));
  expect(outputs.files?.[0]?.size_bytes).toBe(0);
});

test.each([
  ["no list", undefined, `"files" must hold at least one file.`],
  ["an empty list", [], `"files" must hold at least one file.`],
  ["a file that is not there", ["/no/such/file"], "There is no file at /no/such/file."],
])("%s fails with a clear sentence and leaves no archive", async (_what, files, message) => {
  await using directory = await createTemporaryFolder();
  const options = { inputs: { files } as Inputs, sessionDir: directory.path };
  const run = await runBlock<Inputs, Outputs>(multiFileProcessor, options);
  expect(run.error).toContain(message);
  expect(await readdir(directory.path)).toEqual([]);
});

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
