import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { InvalidInputError, type UploadSource } from "@oomol/connect-core";
import { serve as serveByHand } from "@oomol/test-helpers/serve";
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

test.each(["goes on reading it", "reads none of it"])(
  "nothing keeps the process alive after an upload that was refused early by a server that %s",
  async (habit) => {
    await using server = await serveByHand((request, response) => {
      response.writeHead(401, { "content-type": "application/json" }).end('{"message":"no"}');
      if (habit === "goes on reading it") request.resume();
    });
    const program = fileURLToPath(new URL("./helpers/upload-and-end.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=@oomol/source", program, `${server.origin}/api`]);
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect(said).toContain("was answered with 401: no");
    expect(code).toBe(0);
  },
);

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
