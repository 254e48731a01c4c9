import { InvalidInputError, type UploadSource } from "@oomol/connect-core";
import { describe, expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

test("files, names, types and inputs arrive", async () => {
  await using server = await serve();
  const files = [
    new File(["one"], "one.txt", { type: "text/plain" }),
    { data: new Uint8Array([1, 2, 3]), name: "two.bin", type: "application/x-two" },
    { data: "three", name: "three.md" },
  ];
  await server.client.tasks.runWithFiles("pkg::files", { input1: "value" }, files);
  const task = server.fake.tasks.get("task-1");
  expect(task?.input("input1")).toBe("value");
  expect(task?.files.map(({ name, type, bytes }) => [name, type, bytes.length])).toEqual([
    ["one.txt", "text/plain", 3],
    ["two.bin", "application/x-two", 3],
    ["three.md", "application/octet-stream", 5],
  ]);
});

test("progress grows up to the whole", async () => {
  await using server = await serve();
  const loaded: number[] = [];
  const file = { data: new Uint8Array(3_000_000), name: "big.bin" };
  const onUploadProgress = (progress: { loaded: number }) => loaded.push(progress.loaded);
  await server.client.tasks.createWithFiles("pkg::files", undefined, file, { onUploadProgress });
  expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  expect(loaded.at(-1)).toBe(3_000_000);
});

describe("what is no file is told before anything is sent", () => {
  test.each<[string, unknown, string]>([
    ["an empty list", [], "files: the list is empty"],
    ["bytes without a name", new Uint8Array(1), "pass { data, name }"],
    ["data without a name", { data: "x" }, "files[0].name"],
    ["a number", 5, "files[0]: expected a File, a Blob"],
    ["the second of two", [new File([], "a"), null], "files[1]: expected"],
  ])("%s", async (_, source, message) => {
    await using server = await serve();
    const create = server.client.tasks.createWithFiles("pkg::files", {}, source as UploadSource);
    await expect(create).rejects.toBeInstanceOf(InvalidInputError);
    await expect(create).rejects.toThrow(message);
    expect(server.fake.requests).toEqual([]);
  });
});
