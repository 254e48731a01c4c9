import {
  type ClientOptions,
  type OomolConnectClient,
  type RunResult,
  type TaskEvent,
  TaskFailedError,
} from "@oomol/connect-core";
import ky from "ky";
import { assertType, describe, expectTypeOf, test } from "vitest";

declare module "@oomol/connect-core" {
  interface BlockRegistry {
    "audio-lab::text-to-audio": {
      inputs: { text: string; speed?: number };
      outputs: { audio_address: string };
    };
  }
}

declare const client: OomolConnectClient;

describe("a registered block", () => {
  test("has its inputs checked and its result typed", async () => {
    const run = await client.tasks.run({
      blockId: "audio-lab::text-to-audio",
      inputValues: { text: "a", speed: 2 },
    });
    expectTypeOf(run.result).toEqualTypeOf<{ audio_address: string }>();
    // @ts-expect-error a number is no text
    await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: 1 } });
    // @ts-expect-error the text is missing
    await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: {} });
    // @ts-expect-error there is no such input
    await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "a", loud: true } });
  });

  test("keeps its types in every verb", async () => {
    const request = { blockId: "audio-lab::text-to-audio", inputValues: { text: "a" } } as const;
    const started = await client.tasks.start(request);
    expectTypeOf((await started.result()).result.audio_address).toBeString();
    for await (const outcome of client.tasks.runMany([request])) {
      if (outcome.status === "fulfilled") expectTypeOf(outcome.value.result.audio_address).toBeString();
    }
    const files = await client.tasks.runWithFiles(
      "audio-lab::text-to-audio",
      { text: "a" },
      new File([], "a"),
    );
    expectTypeOf(files.result.audio_address).toBeString();
  });

  test("takes files for its inputs, which then need no value", async () => {
    const file = new File([], "a");
    const blockId = "audio-lab::text-to-audio";
    const run = await client.tasks.run({ blockId, files: { text: file } });
    expectTypeOf(run.result.audio_address).toBeString();
    const started = await client.tasks.start({ blockId, inputValues: { speed: 2 }, files: [file] });
    expectTypeOf((await started.result()).result.audio_address).toBeString();
    // @ts-expect-error there is no such input
    await client.tasks.run({ blockId, files: { texts: file } });
    // @ts-expect-error a path is no file for the core
    await client.tasks.run({ blockId, files: ["a.txt"] });
    // @ts-expect-error one file is no list
    await client.tasks.run({ blockId, files: file });
  });
});

describe("an unknown id stays loose", () => {
  test("any of the three forms, any result", async () => {
    const id: string = "other::block";
    await client.tasks.run({ blockId: id, inputValues: { whatever: 1 } });
    await client.tasks.run({ blockId: "other::block", inputValues: [{ handle: "a", value: 1 }] });
    await client.tasks.run({ blockId: "other::block", inputValues: [{ nodeId: "n", inputs: [] }] });
    await client.tasks.run({
      blockId: "other::block",
      inputValues: { a: 1 },
      files: { b: new File([], "b") },
    });
    const { result } = await client.tasks.run({ blockId: "other::block" });
    assertType<string>(result.anything.at.all);
  });
});

test("events are told apart by their type", () => {
  const event = {} as TaskEvent;
  if (event.type === "progress") expectTypeOf(event.progress).toBeNumber();
  if (event.type === "log") expectTypeOf(event.log.id).toBeNumber();
  // @ts-expect-error a log has no progress
  if (event.type === "log") event.progress;
});

test("errors narrow with instanceof", () => {
  const failure: unknown = undefined;
  if (failure instanceof TaskFailedError) expectTypeOf(failure.reason).toEqualTypeOf<string | undefined>();
});

test("the parts of a run's result are named", () => {
  expectTypeOf<RunResult>().toHaveProperty("taskId");
  expectTypeOf<RunResult>().toHaveProperty("logs");
});

test("a ky instance is taken as it is", () => {
  assertType<ClientOptions>({ ky });
  assertType<ClientOptions>({ ky: ky.create({ hooks: {} }) });
  // @ts-expect-error fetch knows none of its options
  assertType<ClientOptions>({ ky: (url: URL) => fetch(url) });
});
