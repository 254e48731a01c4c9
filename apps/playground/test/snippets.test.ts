import { expect, test } from "vitest";
import { writeSnippet } from "../src/code/call-snippets.ts";

const call = {
  blockId: "audio-lab::text-to-audio",
  inputValues: { text: "It's 5", count: 5, digits: "5" },
  fileNames: {},
  baseUrl: "http://localhost:3000/api",
};

test("the CLI gets text as text, and quotes what a shell would read", () => {
  expect(writeSnippet("CLI", call)).toBe(
    [
      "oomol-connect run audio-lab::text-to-audio",
      "--base-url http://localhost:3000/api",
      `--input 'text=It'\\''s 5'`,
      "--input count=5",
      `--input 'digits="5"'`,
    ].join(" \\\n  "),
  );
});

test("TypeScript reads as people write it", () => {
  const inputValues = { text: 'a "b": c', "with-dash": { inner: 1 } };
  expect(writeSnippet("TypeScript", { ...call, inputValues })).toContain(
    '  inputValues: {\n    text: "a \\"b\\": c",\n    "with-dash": {\n      inner: 1\n    }\n  },',
  );
});

test("curl sends the node form", () => {
  expect(writeSnippet("curl", { ...call, inputValues: { a: 1 } })).toContain(
    `-d '{"manifest":"audio-lab::text-to-audio","inputValues":[{"nodeId":"_","inputs":[{"handle":"a","value":1}]}]}'`,
  );
});

test("files make it an upload in every language", () => {
  const upload = { ...call, fileNames: { file: ["notes.txt"], "other-files": ["a.txt", "b.txt"] } };
  expect(writeSnippet("TypeScript", upload)).toContain(
    `  files: { file: "./notes.txt", "other-files": ["./a.txt", "./b.txt"] },\n});`,
  );
  expect(writeSnippet("curl", upload)).toContain(`-F 'files=@"notes.txt"' \\\n  -F 'files=@"a.txt"'`);
  expect(writeSnippet("CLI", upload)).toContain("--file notes.txt");
});
