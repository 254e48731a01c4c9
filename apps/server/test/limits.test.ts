import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataDirectory, openTestServer, refusalOf, type TestClient } from "./open-test-server.ts";
import { waitUntilGone } from "./processes.ts";

test("ends a task that runs for too long, with the reason and its processes", async () => {
  await using server = await openTestServer({ taskTimeoutMs: 3_000 });
  const id = await server.start("lab::hang");
  const { event } = await server.waitForLog(id, "BlockOutput");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  expect((await server.finish(id)).error).toBe(
    "The task ran for longer than the 3000 ms that this server allows.",
  );
  await waitUntilGone(event.output as number[], 1_000);
});

test.skipIf(process.platform !== "linux").each([false, true])(
  "ends a task that takes too much memory (on the heap: %s)",
  async (heap) => {
    await using server = await openTestServer({ taskMemoryBytes: 200_000_000 });
    const id = await server.start("lab::hog", { heap });
    const { event } = await server.waitForLog(id, "BlockOutput");
    expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
    expect((await server.finish(id)).error).toMatch(
      /of memory, and this server allows 191 MiB|heap out of memory/,
    );
    await waitUntilGone([event.output as number], 1_000);
    const again = await server.start("lab::shout", { text: "still here" });
    expect(await server.waitForEnd(again)).toMatchObject({ status: "completed" });
  },
);

test("forgets tasks that ended long ago, with their files, and keeps what has not ended", async () => {
  await using data = await makeDataDirectory();
  const first = await openTestServer({ dataDirectory: data.path, concurrency: 1 });
  const done = await first.start("lab::make-files", { files: { "a.txt": "a" } });
  await first.waitForEnd(done);
  const hanging = await first.start("lab::hang");
  const queued = await first.start("lab::hang");
  await first.waitForLog(hanging, "BlockOutput");
  await first[Symbol.asyncDispose]();

  await using second = await openTestServer({ dataDirectory: data.path, keepMs: 0 });
  await expect.poll(() => listIds(second)).toEqual([queued]);
  expect((await second.request(`/v1/tasks/${done}/logs`)).status).toBe(404);
  await expect.poll(() => readdir(join(data.path, "sessions"))).toHaveLength(1);
});

/** One that cannot be compressed. */
const textOf = (characters: number) => randomBytes(characters).toString("base64").slice(0, characters);

test("forgets the oldest tasks when they take too much room", async () => {
  await using data = await makeDataDirectory();
  const first = await openTestServer({ dataDirectory: data.path });
  const ids: string[] = [];
  for (const size of [1, 400_000, 400_000]) {
    ids.push(await first.start("lab::make-files", { files: { "a.txt": textOf(size) } }));
    await first.waitForEnd(ids.at(-1) ?? "");
  }
  await first[Symbol.asyncDispose]();
  await using second = await openTestServer({ dataDirectory: data.path, keepBytes: 1_200_000 });
  await expect.poll(() => listIds(second)).toEqual([ids[2]]);
});

test("lets a caller make so many requests in a minute", async () => {
  await using server = await openTestServer({ requestsPerMinute: 2, tokens: ["api-one", "api-two"] });
  const ask = (Authorization: string) => server.request("/packages", { headers: { Authorization } });
  for (const token of ["api-one", "api-one", "api-two"]) expect((await ask(token)).status).toBe(200);
  const late = await ask("api-one");
  expect(Number(late.headers.get("Retry-After"))).toBeGreaterThan(50);
  expect(await refusalOf(late)).toMatchObject({ status: 429 });
  expect((await ask("api-two")).status).toBe(200);
});

test("takes no headers without end", async () => {
  await using server = await openTestServer();
  const status = await new Promise((resolve, reject) => {
    request(`${server.url}/packages`, { headers: { "X-Long": "x".repeat(20_000) } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(431);
});

async function listIds(server: TestClient): Promise<string[]> {
  return (await server.getJson<{ tasks: { id: string }[] }>("/v1/tasks")).tasks.map((task) => task.id);
}
