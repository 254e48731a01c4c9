import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Without the alignment of columns. */
const linesOf = (text: string) => text.split("\n").map((line) => line.trim().replace(/ {2,}/g, "  "));

test("a block shows its inputs with types and defaults, its outputs, and a command that runs it", async () => {
  const { stdout, code } = await server.cli("blocks", "show", "audio-lab::text-to-audio");
  expect(code).toBe(0);
  expect(linesOf(stdout)).toEqual([
    "audio-lab::text-to-audio  v0.1.0",
    "Text to audio",
    "Speaks a text and gives the path of a WAV file (22 050 Hz, mono, 16 bits).",
    "",
    "Inputs:",
    "text  string  required  What is to be spoken.",
    expect.stringMatching(
      /^voice {2}("[\w-]+" \| ){6}\d+ more {2}default "en-us" {2}The language, or its accent, that it is spoken in\.$/,
    ),
    "speed  integer 80 to 450 | null  default 175  Words per minute.",
    "",
    "Outputs:",
    "audio_address  string  Path of the WAV file.",
    "",
    "Example:",
    "oomol-connect run audio-lab::text-to-audio --input text='Hello, World'",
    "",
  ]);
});

test("the example of a block can be pasted", async () => {
  const { stdout } = await server.cli("blocks", "show", "audio-lab::text-to-audio");
  const [, handle = "", text = ""] = /--input (\w+)='(.*)'$/m.exec(stdout) ?? [];
  const outcome = await server.cli("run", "audio-lab::text-to-audio", "--input", `${handle}=${text}`);
  expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("audio_address") });
});

test("an input for files is a file, and one that may be null has that default", async () => {
  const { stdout } = await server.cli("blocks", "show", "pkg::file-processor");
  expect(linesOf(stdout)).toEqual(
    expect.arrayContaining([
      "input1  string | null  default null  A note of yours, given back unchanged.",
      "file  file  required  The file to look at.",
      "oomol-connect run pkg::file-processor --file file=FILE",
    ]),
  );
});

test("the help of run tells what the block takes that is named", async () => {
  const help = await server.cli("run", "pkg::file-processor", "--help");
  const shown = await server.cli("blocks", "show", "pkg::file-processor");
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("--inputs-json") });
  expect(help.stdout.endsWith(`\n${shown.stdout}`)).toBe(true);
});

test("a block that the server does not have is told, with where to look", async () => {
  expect(await server.cli("blocks", "show", "pkg::nothing")).toEqual({
    code: 2,
    stdout: "",
    stderr: 'error The server has no block "pkg::nothing": `oomol-connect blocks` lists those that it has.\n',
  });
});
