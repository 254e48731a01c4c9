import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { createRequestThreads } from "../src/http/request-threads.ts";
import { openTestServer } from "./open-test-server.ts";

const many = 200_000;
const nodes = (inputs: { handle: string; value: unknown }[]) => [{ nodeId: "_", inputs }];
const json = (value: unknown) => ({
  json: new TextEncoder().encode(JSON.stringify(value)),
  takesUploads: true,
});

test.each([
  ["a text", "x".repeat(2_000_000)],
  ["a text of characters of two halves", "😀".repeat(400_000)],
  ["many numbers", Array.from({ length: 200_000 }, (_, index) => index)],
  ["many names", Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`n${index}`, index]))],
])("%s comes back as it was sent", async (_name, value) => {
  await using server = await openTestServer();
  const inputs = { block: "lab::none", given: value };
  const { task } = await server.getJson<{ task: object }>(
    `/v1/tasks/${await server.start("lab::nest", inputs)}`,
  );
  const handles = Object.entries(inputs).map(([handle, one]) => ({ handle, value: one }));
  expect(task).toMatchObject({ inputValues: nodes(handles) });
});

test("a block gets large values as they were sent", async () => {
  await using server = await openTestServer();
  const text = "😀".repeat(400_000);
  const id = await server.start("lab::shout", { text, mark: "!" });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  // Compared here: a failure would print all of it.
  const said = (await server.logs(id)).map(({ event }) => JSON.stringify(event.output ?? event.result ?? ""));
  expect(said.some((one) => one.includes(`${text}!`))).toBe(true);
});

test("a large request is refused with the same words as a small one", async () => {
  await using server = await openTestServer();
  const padding = "x".repeat(300_000);
  const answers = async (body: (pad: string) => string) =>
    Promise.all(
      ["", padding].map(async (pad) => {
        const headers = { "Content-Type": "application/json" };
        const response = await server.request("/v1/tasks", { method: "POST", headers, body: body(pad) });
        return { status: response.status, ...((await response.json()) as object) };
      }),
    );
  const bodies = [
    (pad: string) => `{"manifest":"lab::nothing","pad":"${pad}"}`,
    (pad: string) => `{"manifest":1,"pad":"${pad}"}`,
    (pad: string) => `{"pad":"${pad}"`,
    (pad: string) =>
      `{"manifest":"lab::shout","inputValues":${"[".repeat(200)}${"]".repeat(200)},"pad":"${pad}"}`,
    (pad: string) => `{"manifest":"lab::shout","inputValues":{"a":1},"pad":"${pad}"}`,
    (pad: string) => `{"manifest":"lab::shout","inputValues":[],"pad":"${pad}"}`,
  ];
  for (const body of bodies) {
    const [small, large] = await answers(body);
    expect(small?.status).toBeGreaterThanOrEqual(400);
    expect(large).toEqual(small);
  }
});

test("a key stands for the same large request, and for no other", async () => {
  await using server = await openTestServer();
  const headers = { "Idempotency-Key": "once" };
  const ask = async (text: string) => {
    const response = await server.create("lab::shout", { text, mark: "!" }, headers);
    return { status: response.status, ...((await response.json()) as { task?: { id: string } }) };
  };
  const text = "x".repeat(300_000);
  const first = await ask(text);
  expect(first.status).toBe(200);
  expect((await ask(text)).task?.id).toBe(first.task?.id);
  expect((await ask(`${text}y`)).status).toBe(422);
});

test("files come with large values of a form", async () => {
  await using server = await openTestServer();
  const response = await server.upload("lab::one-file", [new File(["12345"], "a.txt")], {
    note: "x".repeat(300_000),
  });
  expect(await response.json()).toMatchObject({
    success: false,
    message: 'lab::one-file has no input "note"; it takes "file".',
  });
});

test("names that nobody asked for are listed to fifty", async () => {
  await using server = await openTestServer();
  const inputs = Object.fromEntries(Array.from({ length: many }, (_, index) => [`h${index}`, index]));
  const response = await server.create("lab::shout", inputs);
  const { message } = (await response.json()) as { message: string };
  expect(response.status).toBe(400);
  expect(message).toContain(`"h49" and ${many - 50} more`);
  expect(message.length).toBeLessThan(1_000);
});

test("more values than fit into memory are refused before they are parsed", async () => {
  await using server = await openTestServer();
  const headers = { "Content-Type": "application/json" };
  // Parsed, each list would take twenty times the three characters that it is written in.
  const body = `{"manifest":"lab::shout","inputValues":[{"nodeId":"_","inputs":[{"handle":"a","value":[${"[],".repeat(1_000_000)}[]]}]}]}`;
  const response = await server.request("/v1/tasks", { method: "POST", headers, body });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ message: expect.stringContaining("1000000 values") });
});

test("requests that are closed early leave the thread to the next", async () => {
  await using threads = disposable(createRequestThreads());
  for (let round = 0; round < 3; round += 1) {
    const opened = await Promise.all(
      [1, 2, 3].map(async (at) => {
        using request = await threads.open(json({ manifest: `lab::b${at}`, inputValues: [] }));
        return request.blockId;
      }),
    );
    expect(opened).toEqual(["lab::b1", "lab::b2", "lab::b3"]);
  }
});

test("a thread that has read much ends with it, one that has read less serves the next request, too", async () => {
  await using threads = disposable(createRequestThreads({ idleMs: 600_000 }));
  const started: Worker[] = [];
  const count = (worker: Worker) => started.push(worker);
  process.on("worker", count);
  const read = async (characters: number) => {
    using request = await threads.open(json({ manifest: "lab::a", pad: "x".repeat(characters) }));
    expect(request.blockId).toBe("lab::a");
  };
  for (const characters of [200_000, 200_000, 2_000_000]) await read(characters);
  expect(started).toHaveLength(1);
  await once(started[0] as Worker, "exit");
  await read(200_000);
  expect(started).toHaveLength(2);
  process.off("worker", count);
});

function disposable<Threads extends { close(): Promise<void> }>(threads: Threads) {
  return Object.assign(threads, { [Symbol.asyncDispose]: () => threads.close() });
}
