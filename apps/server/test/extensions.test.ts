import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { idOf, makeDataDirectory, openTestServer, refusalOf, type TestLog } from "./open-test-server.ts";

describeBothServers(({ shared, open }) => {
  test("names what it knows on every answer, the status to those who may see it", async () => {
    const ann = { name: "ann", token: "ann-1", roles: ["run", "install"] as const };
    await using server = await open({ tokens: ["api-one", ann] });
    const forAll =
      "wait, after, events, idempotency, files, delete, pages, files-by-input, shared-events, webhooks, uploads, traces";
    const named = { "api-one": `${forAll}, status`, "ann-1": forAll, wrong: forAll };
    for (const path of ["/v1/blocks", "/v1/status", "/nothing"]) {
      for (const [Authorization, names] of Object.entries(named)) {
        const response = await server.request(path, { headers: { Authorization } });
        expect(response.headers.get("Connect-Extensions"), `${path} ${Authorization}`).toBe(names);
      }
    }
  });

  test("wait: holds the answer until the task has ended", async () => {
    const server = shared();
    const id = await server.start("lab::shout", { text: "x" });
    const response = await server.request(`/v1/tasks/${id}`, {
      headers: { Prefer: "respond-async, wait=30" },
    });
    expect(response.headers.get("Preference-Applied")).toBe("wait");
    expect(await response.json()).toMatchObject({ task: { status: "completed" } });
  });

  test("wait: answers after the time allowed where the task goes on", async () => {
    const server = shared();
    const id = await server.start("lab::hang");
    const response = await server.request(`/v1/tasks/${id}`, { headers: { Prefer: "wait=1" } });
    expect(response.headers.get("Preference-Applied")).toBe("wait");
    expect(await response.json()).toMatchObject({
      task: { status: expect.stringMatching(/pending|running/) },
    });
    await server.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  });

  test("wait: lets go of a held answer when the server closes", async () => {
    await using server = await open();
    const id = await server.start("lab::hang");
    await server.waitForLog(id, "BlockOutput");
    const held = server.request(`/v1/tasks/${id}`, { headers: { Prefer: "wait=60" } });
    const closed = server.close();
    const response = await held.catch(() => undefined);
    expect(response?.status ?? 200).toBe(200);
    await closed;
  });

  test("after: gives only logs with a greater id", async () => {
    const server = shared();
    const id = await server.start("lab::shout", { text: "x" });
    await server.waitForEnd(id);
    const all = await server.logs(id);
    const path = (after: string) => `/v1/tasks/${id}/logs?after=${after}`;
    expect(await server.getJson(path("4"))).toEqual({ logs: all.slice(4), success: true });
    expect(await server.getJson(path("-1"))).toEqual({ logs: all, success: true });
    expect((await server.request(path("x"))).status).toBe(400);
  });

  test("events: streams every log and the final status, and resumes after one", async () => {
    const server = shared();
    const id = await server.start("lab::shout", { text: "x" });
    const read = async (headers: Record<string, string>) => {
      const response = await server.request(`/v1/tasks/${id}`, {
        headers: { Accept: "text/event-stream", ...headers },
      });
      return parseEvents(await response.text());
    };
    const live = await read({});
    const logs = await server.logs(id);
    expect(live.flatMap((one) => (one.event === "log" ? [one.data] : []))).toEqual(logs);
    expect(live.at(-1)).toMatchObject({ event: "status", data: { id, status: "completed" } });
    const resumed = await read({ "Last-Event-ID": "5" });
    expect(resumed.map((one) => one.id)).toEqual(["6", "7", "8", "9", undefined]);
  });

  test("wait: a creation is answered when the task has ended, or after the time allowed", async () => {
    const server = shared();
    const create = (blockId: string, wait: number) =>
      server.create(blockId, blockId.endsWith("shout") ? { text: "x" } : {}, { Prefer: `wait=${wait}` });
    const ended = await create("lab::shout", 30);
    expect(ended.headers.get("Preference-Applied")).toBe("wait");
    expect(await ended.json()).toMatchObject({ task: { status: "completed" }, success: true });
    const goesOn = await (await create("lab::hang", 1)).json();
    expect(goesOn).toMatchObject({ task: { status: expect.stringMatching(/pending|running/) } });
    await server.request(`/v1/tasks/${goesOn.task.id}/stop`, { method: "POST" });
  });

  test("events: a creation is answered by the stream of its task, which begins with the task", async () => {
    const server = shared();
    const create = () =>
      server.create(
        "lab::shout",
        { text: "x" },
        { Accept: "text/event-stream", "Idempotency-Key": "streamed" },
      );
    const streams = [await create(), await create()];
    const seen = await Promise.all(streams.map(async (stream) => parseEvents(await stream.text())));
    const id = seen[0]?.[0]?.data.id;
    expect(seen.map(([first]) => first)).toMatchObject([
      { event: "status", data: { id, manifest_path: "lab::shout" } },
      { event: "status", data: { id } },
    ]);
    const logs = await server.logs(String(id));
    for (const events of seen) {
      expect(events.flatMap((one) => (one.event === "log" ? [one.data] : []))).toEqual(logs);
      expect(events.at(-1)).toMatchObject({ event: "status", data: { status: "completed" } });
    }
  });

  test("idempotency: the same request under the same key is one task, however it travels", async () => {
    await using server = await open();
    const headers = { "Idempotency-Key": "once" };
    const send = () => server.upload("lab::one-file", [new File(["hello"], "a.txt")], {}, headers);
    const ids = await Promise.all([send(), send(), send()].map(async (answer) => idOf(await answer)));
    expect(new Set(ids).size).toBe(1);
    expect(await server.waitForEnd(ids[0] ?? "")).toMatchObject({ status: "completed" });
    const { tasks } = await server.getJson<{ tasks: unknown[] }>("/v1/tasks");
    expect(tasks).toHaveLength(1);
    expect(await readdir(join(server.filesDirectory, "uploads"))).toHaveLength(1);
  });

  test("idempotency: another request under the same key is refused", async () => {
    await using server = await open();
    const headers = { "Idempotency-Key": "once" };
    const first = await idOf(await server.create("lab::shout", { text: "a" }, headers));
    expect(await idOf(await server.create("lab::shout", { text: "a" }, headers))).toBe(first);
    expect(await refusalOf(await server.create("lab::shout", { text: "b" }, headers))).toEqual({
      status: 422,
      message: 'The Idempotency-Key "once" was used for another request already.',
    });
  });
});

test("idempotency: what was accepted is not refused later, though its block has gone", async () => {
  await using data = await makeDataDirectory();
  const folder = join(data.path, "packages");
  await cp(new URL("./fixtures/tally", import.meta.url), join(folder, "tally"), { recursive: true });
  await using server = await openTestServer({ packages: [folder] });
  const send = (key: string) =>
    server.create(
      "tally::tally",
      { file: join(data.path, "runs.txt"), name: "x" },
      { "Idempotency-Key": key },
    );
  const id = await idOf(await send("once"));
  await server.waitForEnd(id);
  await rm(join(folder, "tally"), { recursive: true });
  expect((await send("another")).status).toBe(404);
  expect(await idOf(await send("once"))).toBe(id);
});

interface StreamedEvent {
  event: string | undefined;
  id: string | undefined;
  data: TestLog;
}

function parseEvents(text: string): StreamedEvent[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      return { event: field("event"), id: field("id"), data: JSON.parse(field("data") ?? "null") };
    });
}
