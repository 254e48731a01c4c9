import { randomUUID } from "node:crypto";
import { OomolConnectClient } from "@oomol/connect-core";
import { describe, expect, test } from "vitest";
import { writeTasks } from "../bench/listed-tasks.ts";
import { openDatabase } from "../src/store/database.ts";
import { describeBothServers } from "./both-servers.ts";
import { makeDataDirectory, openTestServer, refusalOf, type TestTask } from "./open-test-server.ts";
import { backends } from "./store-backends.ts";

interface Page {
  tasks: TestTask[];
  next?: string;
  success: boolean;
}

const idsOf = (tasks: readonly { id: string }[]) => tasks.map(({ id }) => id);

describeBothServers(({ shared, open }) => {
  test("pages give every task once, the newest first, while others come", async () => {
    await using server = await open();
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.unshift(await server.start("lab::shout", { text: "x" }));
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let before = ""; ; ) {
      const page = await server.getJson<Page>(`/v1/tasks?limit=3${before}`);
      seen.push(...idsOf(page.tasks));
      sizes.push(page.tasks.length);
      await server.start("lab::shout", { text: "later" });
      if (page.next === undefined) break;
      before = `&before=${page.next}`;
    }
    expect(seen).toEqual(ids);
    expect(sizes).toEqual([3, 3, 1]);
  });

  test("a page holds the tasks of a state and of a block only", async () => {
    await using server = await open();
    const shouted = await server.start("lab::shout", { text: "x" });
    const failed = await server.start("lab::fail", {});
    const other = await server.start("lab::shout", { text: "y" });
    for (const id of [shouted, failed, other]) await server.waitForEnd(id);
    const list = async (query: string) => idsOf((await server.getJson<Page>(`/v1/tasks?${query}`)).tasks);
    expect(await list("status=failed")).toEqual([failed]);
    expect(await list("status=completed,failed")).toEqual([other, failed, shouted]);
    expect(await list("status=completed&status=failed&limit=1")).toEqual([other]);
    expect(await list("blockId=lab::shout")).toEqual([other, shouted]);
    expect(await list("blockId=lab::fail&status=completed")).toEqual([]);
    expect(await list("status=running,pending")).toEqual([]);
  });

  test.each([
    ["limit=0", /^"limit" must be a whole number from 1 to 1000, not "0"\.$/],
    ["limit=1001", /1000, not "1001"/],
    ["limit=-1", /not "-1"/],
    ["limit=1e2", /not "1e2"/],
    ["limit=", /not ""/],
    ["limit=1&limit=2", /not "1,2"/],
    [`limit=${"9".repeat(100_000 / 10)}`, /not "9{40}…"/],
    ["before=x", /^"before" must be the "next" of an earlier page, not "x"\.$/],
    ["before=9999999999999999999", /"before"/],
    ["status=done", /^"status" takes created, pending, running, completed, failed, stopped, .*not "done"\.$/],
    ["status=failed,", /not ""/],
    ["blockId=a%00b", /NUL/],
  ])("refuses ?%s", async (query, message) => {
    const refusal = await refusalOf(await shared().request(`/v1/tasks?${query}`));
    expect(refusal).toEqual({ status: 400, message: expect.stringMatching(message) });
  });

  test("a page ends early if its inputs are large, and so do pages of logs", async () => {
    await using server = await open();
    const text = "x".repeat(1_500_000);
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift(await server.start("lab::shout", { text }));
    const first = await server.getJson<Page>("/v1/tasks?limit=100");
    expect(idsOf(first.tasks)).toEqual(ids.slice(0, 3));
    const second = await server.getJson<Page>(`/v1/tasks?limit=100&before=${first.next}`);
    expect(idsOf(second.tasks)).toEqual(ids.slice(3));

    const [id = ""] = ids;
    await server.waitForEnd(id);
    const all = await server.logs(id);
    const parts: number[] = [];
    for (let after = -1, isLast = false; !isLast; ) {
      const page = await server.getJson<{ logs: { id: number }[]; next?: number }>(
        `/v1/tasks/${id}/logs?limit=100&after=${after}`,
      );
      parts.push(...page.logs.map((log) => log.id));
      isLast = page.next === undefined;
      after = page.next ?? after;
    }
    expect(parts).toEqual(all.map((log) => log.id));
    expect(await refusalOf(await server.request(`/v1/tasks/${id}/logs?limit=x`))).toMatchObject({
      status: 400,
    });
  });

  test("a client's first list of little takes one request", async () => {
    await using server = await open();
    await server.start("lab::shout", { text: "x" });
    const asked: string[] = [];
    const client = new OomolConnectClient({
      baseUrl: server.url,
      fetch: (input, init) => {
        asked.push(String(input instanceof Request ? input.url : input).replace(server.url, ""));
        return fetch(input, init);
      },
    });
    expect((await client.tasks.list()).tasks).toHaveLength(1);
    expect(asked).toEqual(["/v1/tasks"]);
    expect((await client.tasks.list({ limit: 1 })).tasks).toHaveLength(1);
    expect(asked).toEqual(["/v1/tasks", "/v1/tasks?limit=1"]);
  });
});

describe.each(Object.entries(backends))("on %s", (_name, openBackend) => {
  test("what few tasks of many have is found, without reading many at once", async () => {
    await using backend = await openBackend();
    const { store } = backend;
    const block = { blockId: "lab::shout", packageVersion: "1.0.0", inputValues: [], inputs: {} };
    const ids = Array.from({ length: 520 }, () => randomUUID());
    for (const [index, id] of ids.entries()) {
      const blockId = index === 3 ? "lab::rare" : block.blockId;
      await store.create({ ...block, id, blockId, caller: index % 2 === 0 ? "ann" : "bob" });
    }
    for (const index of [4, 510]) await store.writer.end(ids[index] ?? "", "failed", { reason: "so it is" });
    expect(idsOf(await store.list({ statuses: ["failed"] }))).toEqual([ids[510], ids[4]]);
    expect(idsOf(await store.list({ statuses: ["failed"], caller: "bob" }))).toEqual([]);
    expect(idsOf(await store.list({ statuses: ["failed", "pending"], caller: "ann" }))).toHaveLength(260);
    expect(idsOf(await store.list({ blockId: "lab::rare" }))).toEqual([ids[3]]);
    expect(idsOf(await store.list({ blockId: "lab::rare", caller: "ann" }))).toEqual([]);
    expect(idsOf(await store.list({ blockId: "lab::rare", caller: "bob" }))).toEqual([ids[3]]);
    const looks: number[] = [];
    for await (const { tasks } of store.pages({ blockId: "lab::rare" })) looks.push(tasks.length);
    expect(looks).toEqual([0, 1]);
  });
});

test("36 tasks of 15 MB are listed, and another request is answered meanwhile", async () => {
  await using data = await makeDataDirectory();
  await (await openDatabase(data.path)).destroy();
  writeTasks(data.path, 36, 15_000_000);
  await using server = await openTestServer({ dataDirectory: data.path });
  const response = await server.request("/v1/tasks");
  expect(response.status).toBe(200);
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    if (sizeBytes === 0) expect((await server.request("/v1/blocks")).status).toBe(200);
    sizeBytes += chunk.length;
  }
  expect(sizeBytes).toBeGreaterThan(36 * 15_000_000);
});

test("a client reads tasks of 15 MB page by page", async () => {
  await using data = await makeDataDirectory();
  await (await openDatabase(data.path)).destroy();
  writeTasks(data.path, 4, 15_000_000);
  await using server = await openTestServer({ dataDirectory: data.path });
  const ids = new Set<string>();
  for await (const { id } of new OomolConnectClient({ baseUrl: server.url }).tasks.iterate()) ids.add(id);
  expect(ids.size).toBe(4);
});
