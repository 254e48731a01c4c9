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

describe("files by input", () => {
  const file = { "ui:widget": "file" };
  const inputs = [
    { handle: "title", json_schema: { type: "string" } },
    { handle: "cover", json_schema: file, nullable: true },
    { handle: "sound", json_schema: { contentMediaType: "oomol/bin" }, value: "silence", nullable: true },
    { handle: "pages", json_schema: { type: "array", items: file }, value: [] },
    { handle: "extra", json_schema: { type: "array", items: file }, value: null },
  ];
  const blocks = [
    { package: "pkg", name: "book", path: "/p/pkg-1.0.0", inputs },
    {
      package: "pkg",
      name: "strict",
      path: "/p/pkg-1.0.0",
      inputs: [
        { handle: "first", json_schema: file },
        { handle: "second", json_schema: file, nullable: true },
      ],
    },
    {
      package: "pkg",
      name: "either",
      path: "/p/pkg-1.0.0",
      inputs: [
        { handle: "all", json_schema: { anyOf: [{ type: "array", items: file }, { type: "null" }] } },
        { handle: "one", json_schema: { $ref: "#/$defs/f", $defs: { f: file } } },
        { handle: "other", json_schema: { anyOf: [file, { type: "number" }] }, value: 1 },
      ],
    },
  ];
  const named = (name: string) => new File([name], name);

  test("reach theirs in the block's own order, and the others get their default or null", async () => {
    await using server = await serve({ blocks });
    await server.client.tasks.run({
      blockId: "pkg::book",
      inputValues: { title: "T" },
      files: { pages: [named("1.png"), named("2.png")], cover: named("a.png") },
    });
    const task = server.fake.tasks.get("task-1");
    expect(task?.files.map(({ name }) => name)).toEqual(["a.png", "1.png", "2.png"]);
    expect(task?.inputValues).toEqual([
      {
        nodeId: "_",
        inputs: [
          { handle: "title", value: "T" },
          { handle: "sound", value: "silence" },
          { handle: "extra", value: null },
        ],
      },
    ]);
  });

  test("are sent with their inputs to a server that takes these, which no order could do", async () => {
    await using server = await serve({ blocks, extensions: ["files-by-input"] });
    const request = {
      blockId: "pkg::book",
      files: { pages: [named("1.png"), named("2.png")], extra: [named("x.png")], cover: named("a.png") },
    };
    // Before the first answer nobody knows that the server does.
    for (const listings of [1, 1]) {
      await server.client.tasks.create(request);
      expect(server.fake.requestsTo("GET", /blocks/)).toHaveLength(listings);
    }
    for (const task of server.fake.tasks.values()) {
      expect(task.files.map(({ name, handle }) => [name, handle])).toEqual([
        ["1.png", "pages"],
        ["2.png", "pages"],
        ["x.png", "extra"],
        ["a.png", "cover"],
      ]);
      expect(task.inputValues).toEqual([]);
    }
    expect(server.fake.tasks.size).toBe(2);
  });

  test("reach inputs that offer files besides null, or refer to a schema that does", async () => {
    await using server = await serve({ blocks });
    const files = { one: named("1.png"), all: [named("2.png"), named("3.png")] };
    await server.client.tasks.run({ blockId: "pkg::either", files });
    expect(server.fake.tasks.get("task-1")?.files.map(({ name }) => name)).toEqual([
      "2.png",
      "3.png",
      "1.png",
    ]);
    const other = server.client.tasks.run({ blockId: "pkg::either", files: { other: named("1.png") } });
    await expect(other).rejects.toThrow('files for "all", "one" alone');
  });

  test("an optional one is passed over by its null", async () => {
    await using server = await serve({ blocks });
    await server.client.tasks.run({ blockId: "pkg::book", files: { pages: [named("1.png")] } });
    const task = server.fake.tasks.get("task-1");
    expect(task?.files.map(({ name }) => name)).toEqual(["1.png"]);
    expect([task?.input("cover"), task?.input("sound")]).toEqual([null, "silence"]);
  });

  test("values of other nodes stay as they are, and an input with a value takes no file", async () => {
    await using server = await serve({ blocks });
    const other = { nodeId: "other", inputs: [{ handle: "a", value: 1 }] };
    const own = { nodeId: "_", inputs: [{ handle: "cover", value: "/c.png" }] };
    const request = { blockId: "pkg::book", inputValues: [other, own], files: { pages: [named("1.png")] } };
    await server.client.tasks.run(request);
    const sent = server.fake.tasks.get("task-1")?.inputValues;
    expect(sent?.find(({ nodeId }) => nodeId === "other")).toEqual(other);
    expect(sent?.find(({ nodeId }) => nodeId === "_")?.inputs[0]).toEqual(own.inputs[0]);
  });

  test("none at all, an empty list and an empty object are no upload", async () => {
    await using server = await serve({ blocks });
    for (const files of [[], {}, { cover: undefined }] as const)
      await server.client.tasks.run({ blockId: "pkg::book", inputValues: { title: "T" }, files });
    await server.client.tasks.run({ blockId: "pkg::book", files: { pages: [] } });
    expect(server.fake.requestsTo("GET", /blocks/)).toEqual([]);
    const bodies = server.fake.requestsTo("POST", /./).map(({ body = "" }) => JSON.parse(body).inputValues);
    const title = [{ nodeId: "_", inputs: [{ handle: "title", value: "T" }] }];
    expect(bodies).toEqual([
      title,
      title,
      title,
      [{ nodeId: "_", inputs: [{ handle: "pages", value: [] }] }],
    ]);
  });

  test.each<[string, object, string]>([
    [
      "an input that the block lacks",
      { files: { none: named("a") } },
      'files.none: the block takes files for "cover"',
    ],
    [
      "an input that takes no file",
      { files: { title: named("a") } },
      "files.title: the block takes files for",
    ],
    [
      "two for one",
      { files: { cover: [named("a"), named("b")] } },
      "files.cover: the input takes one file, got 2",
    ],
    [
      "two lists",
      { files: { pages: [named("a")], extra: [named("b")] } },
      "files: pages and extra take any number of files",
    ],
    [
      "a file beside a value",
      { files: { cover: named("a") }, inputValues: { cover: "/c.png" } },
      "files.cover: the input has a value",
    ],
    ["what is no file", { files: { pages: [named("a"), 7] } }, "files.pages[1]: expected a File, a Blob"],
    [
      "one that another must come before",
      { blockId: "pkg::strict", files: { second: named("a") } },
      "files.first:",
    ],
    [
      "a block that is not listed",
      { blockId: "pkg::other", files: { a: named("a") } },
      "files: the server does not list",
    ],
    ["neither a list nor by input", { files: named("a") }, "files: expected a list or { input: files }."],
  ])("%s is told before anything is sent", async (_, request, message) => {
    await using server = await serve({ blocks });
    const running = server.client.tasks.run({ blockId: "pkg::book", ...request });
    await expect(running).rejects.toBeInstanceOf(InvalidInputError);
    await expect(running).rejects.toThrow(message);
    expect(server.fake.requestsTo("POST", /./)).toEqual([]);
  });
});

test("an upload has a handle, whose wait is told how far it is", async () => {
  await using server = await serve();
  const phases: string[] = [];
  const run = await server.client.tasks.start(
    { blockId: "pkg::files", files: [new File(["one"], "one.txt")] },
    { onUploadProgress: ({ phase }) => phases.push(phase) },
  );
  expect(phases.at(-1)).toBe("accepted");
  expect((await run.result()).taskId).toBe(run.id);
});

test("the older names take one file or a list", async () => {
  await using server = await serve();
  const { tasks } = server.client;
  const file = new File(["one"], "one.txt");
  const { task } = await tasks.createWithFiles("pkg::files", { a: 1 }, file);
  const { taskId } = await tasks.createWithFilesAndWait("pkg::files", { a: 1 }, [file, file]);
  const { result } = await tasks.runWithFiles("pkg::files", { a: 1 }, file);
  expect([task.id, taskId].map((id) => server.fake.tasks.get(id)?.files.length)).toEqual([1, 2]);
  expect(result).toEqual({ a: 1 });
});
