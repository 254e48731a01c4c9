import { InvalidInputError, TaskFailedError } from "@oomol/connect-core";
import { type BlockToolOutput, blockTool, blockTools } from "@oomol/connect-core/ai";
import type { FakeTask } from "@oomol/connect-core/testing";
import { generateText, isStepCount, type ModelMessage, streamText } from "ai";
import { expect, test } from "vitest";
import { callingModel } from "./helpers/calling-model.ts";
import { serve } from "./helpers/serve.ts";

const file = { type: "string", "ui:widget": "file" };
const blocks = [
  {
    package: "pkg",
    name: "speak",
    path: "/pkg-1.0.0/speak",
    description: "Speaks a text.",
    inputs: [
      { handle: "text", description: "What to say.", json_schema: { type: "string" } },
      { handle: "voice", value: "low", json_schema: { enum: ["low", "high"] } },
    ],
  },
  {
    package: "pkg",
    name: "read",
    path: "/pkg-1.0.0/read",
    inputs: [
      { handle: "cover", nullable: true, json_schema: file },
      { handle: "pages", value: [], json_schema: { type: "array", items: file } },
    ],
  },
];
const twoSteps = isStepCount(2);

function serveBlocks(onTask: (task: FakeTask) => void) {
  return serve({ blocks, onTask, extensions: ["events", "files", "files-by-input"] });
}

test("a model is told what the block takes, calls it, and gets its result", async () => {
  await using server = await serveBlocks((task) => void task.complete({ said: task.input("text"), loud: 1 }));
  const speak = await blockTool(server.client, "pkg::speak");
  const calling = callingModel("speak", { text: "Hello" });
  const { model } = calling;
  const { text, steps } = await generateText({
    model,
    tools: { speak },
    prompt: "Say hello.",
    stopWhen: twoSteps,
  });
  expect(text).toBe("Done.");
  expect(calling.tools).toMatchObject([
    {
      name: "speak",
      description: "Speaks a text.",
      inputSchema: {
        type: "object",
        properties: {
          text: { type: "string", description: "What to say." },
          voice: { enum: ["low", "high"], default: "low" },
        },
        required: ["text"],
      },
    },
  ]);
  expect(steps[0]?.toolResults[0]?.output).toMatchObject({
    type: "result",
    taskId: expect.any(String),
    result: { said: "Hello", loud: 1 },
    files: [],
  });
  expect(calling.toolResult).toEqual({
    type: "content",
    value: [{ type: "text", text: '{"said":"Hello","loud":1}' }],
  });
});

test("people see how far the run is, as preliminary outputs", async () => {
  let task: FakeTask | undefined;
  await using server = await serveBlocks((created) => {
    task = created.setStatus("running");
  });
  const speak = await blockTool(server.client, "pkg::speak");
  const { model } = callingModel("speak", { text: "Hello" });
  const { fullStream } = streamText({ model, tools: { speak }, prompt: "Say hello.", stopWhen: twoSteps });
  const outputs: BlockToolOutput[] = [];
  for await (const part of fullStream) {
    if (part.type !== "tool-result" || part.dynamic || !part.preliminary) continue;
    outputs.push(part.output);
    if (outputs.length > 1) continue;
    task?.progress(12.5).log("BlockLog", { log: "x".repeat(3_000) });
    task?.log("BlockWarning", { warning: "Mind the step." }).progress(12.6).complete({});
  }
  const told = outputs.filter((output) => output.type === "progress");
  expect(told[0]).toMatchObject({ status: "running", taskId: task?.id });
  expect(told).toContainEqual(expect.objectContaining({ percent: 12, text: "x".repeat(2_000) }));
  expect(told.at(-1)).toMatchObject({ status: "completed", percent: 12, text: "Mind the step." });
  expect(outputs.at(-1)).toMatchObject({ type: "result" });
});

test("a block that talks without end is told a thousand times", async () => {
  await using server = await serveBlocks((task) => {
    for (let line = 0; line < 1_500; line += 1) task.log("BlockLog", { log: `line ${line}` });
    task.complete({ lines: 1_500 });
  });
  const { execute } = await blockTool(server.client, "pkg::speak");
  const outputs = await outputsOf(execute({ text: "a" }, callOf()));
  expect(outputs).toHaveLength(1_001);
  expect(outputs.at(-1)).toMatchObject({ type: "result", result: { lines: 1_500 } });
});

test("a task that fails is a tool error in the words of the block, which the model reads", async () => {
  await using server = await serveBlocks(
    (task) => void task.fail('Error: "text" is empty\n    at main.js:1'),
  );
  const speak = await blockTool(server.client, "pkg::speak");
  const calling = callingModel("speak", { text: "" });
  const { model } = calling;
  const { steps } = await generateText({ model, tools: { speak }, prompt: "Say it.", stopWhen: twoSteps });
  const [error] = steps[0]?.content.filter((part) => part.type === "tool-error") ?? [];
  expect(error?.error).toBeInstanceOf(TaskFailedError);
  expect(calling.toolResult).toMatchObject({
    type: "error-text",
    value: expect.stringMatching(/failed: "text" is empty$/),
  });
});

test("a block that fails in a long speech is cut short", async () => {
  await using server = await serveBlocks((task) => void task.fail("no! ".repeat(10_000)));
  const { execute } = await blockTool(server.client, "pkg::speak");
  const failure = await outputsOf(execute({ text: "" }, callOf())).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: expect.stringMatching(/^Task .* failed: no! /) });
  expect((failure as Error).message).toHaveLength(2_000);
  expect((failure as Error).cause).toBeInstanceOf(TaskFailedError);
});

test("an aborted call stops its task", async () => {
  const abort = new AbortController();
  const reason = new Error("The person has left.");
  const ended = Promise.withResolvers<string>();
  await using server = await serveBlocks((task) => {
    task.onChange(() => task.isDone && ended.resolve(task.status));
    task.setStatus("running");
  });
  const { execute } = await blockTool(server.client, "pkg::speak");
  const outputs = execute({ text: "Hello" }, callOf({ abortSignal: abort.signal }));
  const reading = (async () => {
    for await (const output of asIterable(outputs)) {
      if (output.type === "progress" && output.status === "running") abort.abort(reason);
    }
  })();
  await expect(reading).rejects.toBe(reason);
  expect(await ended.promise).toBe("stopped");
});

test("so does a reader who leaves", async () => {
  const ended = Promise.withResolvers<string>();
  await using server = await serveBlocks((task) => {
    task.onChange(() => task.isDone && ended.resolve(task.status));
    task.setStatus("running");
  });
  const { execute } = await blockTool(server.client, "pkg::speak");
  for await (const output of asIterable(execute({ text: "Hello" }, callOf()))) {
    if (output.type === "progress" && output.status === "running") break;
  }
  expect(await ended.promise).toBe("stopped");
});

test("pictures and texts of a result reach the model, the others by their names", async () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
  await using server = await serveBlocks((task) => {
    task.complete({
      picture: task.writeFile("red.png", png, "image/png"),
      note: task.writeFile("made/Größe.txt", "Größe", "text/plain; charset=utf-8"),
      sound: task.writeFile("a.wav", Uint8Array.of(1, 2), "audio/wav"),
      many: task.writeFile("many.bin", new Uint8Array(100)),
    });
  });
  const speak = await blockTool(server.client, "pkg::speak", { maxFileBytes: 50 });
  const calling = callingModel("speak", { text: "Hello" });
  const { model } = calling;
  const { steps } = await generateText({ model, tools: { speak }, prompt: "Draw.", stopWhen: twoSteps });
  const { output } = steps[0]?.toolResults[0] ?? {};
  expect(output).toMatchObject({
    files: [
      { path: "red.png", name: "red.png", mediaType: "image/png", sizeBytes: 4, data: "iVBORw==" },
      { path: "made/Größe.txt", name: "Größe.txt", mediaType: "text/plain" },
      { name: "a.wav", mediaType: "audio/wav", data: "AQI=" },
      { name: "many.bin", sizeBytes: 100 },
    ],
  });
  expect(output).not.toHaveProperty("files.3.data");
  expect(calling.toolResult).toMatchObject({
    type: "content",
    value: [
      { type: "text", text: expect.stringContaining("red.png") },
      { type: "file", mediaType: "image/png", filename: "red.png", data: { type: "data", data: "iVBORw==" } },
      { type: "text", text: 'File "Größe.txt" (text/plain, 7 bytes):\nGröße' },
      {
        type: "text",
        text: expect.stringMatching(/^File "a\.wav" \(audio\/wav, 2 bytes\), .* is not shown/),
      },
      { type: "text", text: expect.stringMatching(/^File "many\.bin" .*100 bytes\), "many\.bin" of task /) },
    ],
  });
});

test("a model gets a bounded part of a result that is too long", async () => {
  await using server = await serveBlocks((task) => {
    const log = task.writeFile("log.txt", "b".repeat(60_000), "text/plain");
    task.complete({ log, text: "a".repeat(90_000) });
  });
  const speak = await blockTool(server.client, "pkg::speak");
  const calling = callingModel("speak", { text: "Hello" });
  await generateText({ model: calling.model, tools: { speak }, prompt: "Go.", stopWhen: twoSteps });
  const length = JSON.stringify(calling.toolResult).length;
  expect(length).toBeGreaterThan(100_000);
  expect(length).toBeLessThan(101_000);
  expect(JSON.stringify(calling.toolResult)).toMatch(/… \(\d+ more characters are left out\)/);
});

test("a server that serves no files says so beside the result", async () => {
  const onTask = (task: FakeTask) => void task.complete({ note: task.writeFile("note.txt", "a") });
  await using server = await serve({ blocks, onTask });
  const { execute } = await blockTool(server.client, "pkg::speak");
  const outputs = await outputsOf(execute({ text: "a" }, callOf()));
  expect(outputs.at(-1)).toMatchObject({
    type: "result",
    result: { note: expect.stringContaining("note.txt") },
    files: [],
    filesProblem: expect.stringContaining("serves no files"),
  });
});

test("a model names files of the conversation, which are uploaded", async () => {
  const received: FakeTask["files"] = [];
  await using server = await serveBlocks((task) => {
    received.push(...task.files);
    task.complete({});
  });
  const read = await blockTool(server.client, "pkg::read");
  const messages: ModelMessage[] = [
    {
      role: "user",
      content: [
        { type: "text", text: "Read these." },
        { type: "file", filename: "one.txt", mediaType: "text/plain", data: new TextEncoder().encode("one") },
        { type: "file", mediaType: "image/png", data: "iVBORw==" },
        {
          type: "file",
          filename: "three.txt",
          mediaType: "text/plain",
          data: "data:text/plain;base64,dGhyZWUh",
        },
        {
          type: "file",
          filename: "four.txt",
          mediaType: "text/plain",
          data: { type: "url", url: new URL("data:text/plain;base64,Zm91cg==") },
        },
        {
          type: "file",
          filename: "five.txt",
          mediaType: "text/plain",
          data: { type: "text", text: "five" },
        },
      ],
    },
  ];
  const input = { cover: "2", pages: ["one.txt", "three.txt", "four.txt", "five.txt"] };
  const { model } = callingModel("read", input);
  const { text } = await generateText({ model, tools: { read }, messages, stopWhen: twoSteps });
  expect(text).toBe("Done.");
  const texts = received.map(({ handle, name, bytes }) => [handle, name, new TextDecoder().decode(bytes)]);
  expect(texts).toEqual([
    ["cover", "file-2.png", expect.stringContaining("PNG")],
    ["pages", "one.txt", "one"],
    ["pages", "three.txt", "three!"],
    ["pages", "four.txt", "four"],
    ["pages", "five.txt", "five"],
  ]);
});

test("a picture in the older form is a file as well", async () => {
  const received: FakeTask["files"] = [];
  await using server = await serveBlocks((task) => {
    received.push(...task.files);
    task.complete({});
  });
  const { execute } = await blockTool(server.client, "pkg::read");
  const image = Uint8Array.of(1, 2).buffer;
  const messages: ModelMessage[] = [{ role: "user", content: [{ type: "image", image }] }];
  await outputsOf(execute({ cover: "1" }, callOf({ messages })));
  expect(received).toMatchObject([{ name: "file-1", type: "application/octet-stream" }]);
  expect([...(received[0]?.bytes ?? [])]).toEqual([1, 2]);
});

test.each([
  ["http://169.254.169.254/token", "There is no file"],
  ["/etc/passwd", "There is no file"],
  ["0", "There is no file"],
  ["9", 'It has "there.txt"'],
  ["there.txt", "only a reference to it"],
])("a model opens no file by %s", async (cover, message) => {
  await using server = await serveBlocks((task) => void task.complete({}));
  const read = await blockTool(server.client, "pkg::read");
  const calling = callingModel("read", { cover });
  const data = new URL(`${server.baseUrl}/v1/blocks`);
  const messages: ModelMessage[] = [
    { role: "user", content: [{ type: "file", filename: "there.txt", mediaType: "text/plain", data }] },
  ];
  const { model } = calling;
  await generateText({ model, tools: { read }, messages, stopWhen: twoSteps });
  expect(calling.toolResult).toMatchObject({ type: "error-text", value: expect.stringContaining(message) });
  expect(server.fake.requestsTo("POST", /tasks$/)).toEqual([]);
});

test("an app decides what else a model may open", async () => {
  const received: FakeTask["files"] = [];
  await using server = await serveBlocks((task) => {
    received.push(...task.files);
    task.complete({});
  });
  const read = await blockTool(server.client, "pkg::read", {
    fileInputs: {
      description: "The number of an invoice.",
      open: async (number) => ({ name: `${number}.txt`, data: `invoice ${number}` }),
    },
  });
  const calling = callingModel("read", { cover: "17" });
  await generateText({ model: calling.model, tools: { read }, prompt: "Read 17.", stopWhen: twoSteps });
  expect(calling.tools).toMatchObject([
    {
      inputSchema: { properties: { pages: { items: { description: "The number of an invoice." } } } },
    },
  ]);
  expect(received).toMatchObject([{ name: "17.txt", handle: "cover" }]);
});

test("an integer that may have been changed on its way is refused, for the model to read", async () => {
  await using server = await serveBlocks((task) => void task.complete({}));
  const speak = await blockTool(server.client, "pkg::speak");
  const calling = callingModel("speak", { text: "a", rows: [2 ** 53] });
  await generateText({ model: calling.model, tools: { speak }, prompt: "Go.", stopWhen: twoSteps });
  expect(calling.toolResult).toMatchObject({
    type: "error-text",
    value: expect.stringContaining('"rows" holds an integer of more than 15 digits'),
  });
});

test("all blocks of a server, or some, are tools under stable names", async () => {
  await using server = await serveBlocks((task) => void task.complete({}));
  expect(Object.keys(await blockTools(server.client))).toEqual(["pkg__speak", "pkg__read"]);
  const some = await blockTools(server.client, { blockIds: ["pkg::read"] });
  expect(Object.keys(some)).toEqual(["pkg__read"]);
  await expect(blockTool(server.client, "pkg::none")).rejects.toThrow('has no block "pkg::none"');
  await expect(blockTools(server.client, { blockIds: ["pkg::none"] })).rejects.toThrow(InvalidInputError);
});

type Execution = ReturnType<Awaited<ReturnType<typeof blockTool>>["execute"]>;

function callOf(given: { abortSignal?: AbortSignal; messages?: ModelMessage[] } = {}) {
  return { toolCallId: "call-1", messages: [], context: {}, ...given };
}

function asIterable(outputs: Execution): AsyncIterable<BlockToolOutput> {
  if (Symbol.asyncIterator in Object(outputs)) return outputs as AsyncIterable<BlockToolOutput>;
  throw new Error("The tool tells no progress.");
}

async function outputsOf(outputs: Execution): Promise<BlockToolOutput[]> {
  const all: BlockToolOutput[] = [];
  for await (const output of asIterable(outputs)) all.push(output);
  return all;
}
