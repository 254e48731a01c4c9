import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OomolConnectClient } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { idOf, makeDataDirectory, refusalOf } from "./open-test-server.ts";
import { readSharedEvents } from "./read-shared-events.ts";

describeBothServers(({ shared, open }) => {
  test("one stream carries tasks that are there, that are created for it and that join later, each to its end", async () => {
    const server = shared();
    const early = await server.start("lab::shout", { text: "early" });
    const late = await server.start("lab::shout", { text: "late" });
    await server.waitForEnd(late);
    await using stream = await readSharedEvents(server, { [early]: -1 });
    // In a cluster every other request comes to the process that does not have the stream.
    const headers = { "Connect-Events": stream.id };
    const created = await Promise.all(
      [1, 2, 3, 4].map(async (text) => idOf(await server.create("lab::shout", { text: `${text}` }, headers))),
    );
    expect(await (await stream.change({ tasks: { [late]: -1 } })).json()).toEqual({ success: true });
    for (const id of [early, late, ...created]) {
      expect((await stream.end(id)).data).toMatchObject({ id, status: "completed" });
      const own = stream.seen.filter(({ taskId }) => taskId === id);
      expect(own.flatMap(({ event, data }) => (event === "log" ? [data] : []))).toEqual(
        await server.logs(id),
      );
      expect(own.at(-1)?.event).toBe("status");
    }
  });

  test("continues after the last log of each task, nothing lost and nothing doubled", async () => {
    const server = shared();
    await using files = await makeDataDirectory();
    const signal = join(files.path, "now");
    const [ended, running] = [
      await server.start("lab::shout", { text: "x" }),
      await server.start("lab::when-told", { signal }),
    ];
    await server.waitForEnd(ended);
    const cursor: Record<string, number> = { [ended]: 5, [running]: -1 };
    {
      await using first = await readSharedEvents(server, cursor);
      await first.until(({ taskId, data }) => taskId === running && data.type === "BlockLog");
      await first.end(ended);
      expect(first.logIds(ended)).toEqual([6, 7, 8, 9]);
      cursor[running] = Math.max(...first.logIds(running).map(Number));
    }
    await writeFile(signal, "");
    await using second = await readSharedEvents(server, { [running]: cursor[running] ?? -1 });
    await second.end(running);
    const rest = (await server.logs(running))
      .map(({ id }) => id)
      .filter((id) => id > Number(cursor[running]));
    expect(second.logIds(running)).toEqual(rest);
  });

  test("is for the tasks that the caller may see: of others it says that they are not there, and goes on", async () => {
    const [ann, ben] = ["ann", "ben"].map((name) => ({ name, token: `${name}-1`, roles: ["run"] as const }));
    if (!ann || !ben) throw new Error("no callers");
    await using server = await open({ tokens: [ann, ben, "api-admin"] });
    const as = (Authorization: string) => ({ Authorization });
    const create = async (token: string, headers: Record<string, string> = {}) =>
      idOf(await server.create("lab::shout", { text: "x" }, { ...as(token), ...headers }));
    const [own, foreign] = [await create("ann-1"), await create("ben-1")];
    await using stream = await readSharedEvents(
      server,
      { [foreign]: -1, nobodys: -1, [own]: -1 },
      as("ann-1"),
    );
    await stream.end(own);
    // What another caller creates for it does not reach it, nor what he has join it.
    const sneaked = await create("ben-1", { "Connect-Events": stream.id });
    const body = JSON.stringify({ tasks: { [sneaked]: -1 }, leave: [own] });
    const path = `/v1/events/${stream.id}`;
    await server.request(path, {
      method: "POST",
      headers: { ...as("ben-1"), "Content-Type": "application/json" },
      body,
    });
    const last = await create("ann-1", { "Connect-Events": stream.id });
    await stream.end(last);
    const apart = stream.seen.filter(({ event }) => event === "apart");
    expect(new Map(apart.map(({ taskId, data }) => [taskId, data]))).toEqual(
      new Map([foreign, "nobodys"].map((id) => [id, { status: 404, message: `There is no task "${id}".` }])),
    );
    expect(new Set(stream.seen.map(({ taskId }) => taskId))).toEqual(
      new Set(["", foreign, "nobodys", own, last]),
    );
    await using all = await readSharedEvents(server, { [own]: -1, [foreign]: -1 }, as("api-admin"));
    await Promise.all([all.end(own), all.end(foreign)]);
  });

  test("refuses more tasks than it carries, ids that are none, and streams without a name", async () => {
    const server = shared();
    const ask = (path: string, body: unknown) =>
      server.request(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    const path = "/v1/events/0123456789abcdef";
    const most = 4_096;
    const tasks = Object.fromEntries(Array.from({ length: most + 1 }, (_, index) => [`t${index}`, -1]));
    for (const body of [{ tasks }, { tasks: { "a b": 1 } }, { tasks: { a: "x" } }, { leave: [""] }, []]) {
      expect(await refusalOf(await ask(path, body))).toEqual({
        status: 400,
        message:
          'A stream takes { "tasks": { "TASK": LAST_LOG_OR_-1 }, "leave": ["TASK"] }, at most 4096 tasks.',
      });
    }
    delete tasks.t0;
    expect((await ask(path, { tasks })).status).toBe(200);
    expect((await ask("/v1/events/short", {})).status).toBe(400);
    const before = (await server.getJson<{ tasks: unknown[] }>("/v1/tasks")).tasks.length;
    const refused = await server.create("lab::shout", { text: "x" }, { "Connect-Events": "short" });
    expect(refused.status).toBe(400);
    expect((await server.getJson<{ tasks: unknown[] }>("/v1/tasks")).tasks).toHaveLength(before);
  });

  test("says no more of a task that has left", async () => {
    const server = shared();
    await using files = await makeDataDirectory();
    const signal = join(files.path, "now");
    const id = await server.start("lab::when-told", { signal });
    await using stream = await readSharedEvents(server, { [id]: -1 });
    await stream.until(({ data }) => data.type === "BlockLog");
    // A task that joins with the same request tells when it was heard.
    const other = await server.start("lab::shout", { text: "x" });
    await stream.change({ leave: [id], tasks: { [other]: -1 } });
    await stream.end(other);
    const known = stream.seen.filter(({ taskId }) => taskId === id).length;
    await writeFile(signal, "");
    await server.waitForEnd(id);
    const last = await idOf(
      await server.create("lab::shout", { text: "x" }, { "Connect-Events": stream.id }),
    );
    await stream.end(last);
    expect(stream.seen.filter(({ taskId }) => taskId === id)).toHaveLength(known);
  });

  test("a task that floods holds up nobody, and one with a large log goes apart", async () => {
    const server = shared();
    const [flood, large] = [
      await server.start("lab::chatter", { lines: 5_000, characters: 1_000 }),
      await server.start("lab::chatter", { lines: 1, characters: 1_000_000 }),
    ];
    const short = await server.start("lab::shout", { text: "x" });
    await Promise.all([flood, large, short].map((id) => server.waitForEnd(id)));
    await using stream = await readSharedEvents(server, { [flood]: -1, [large]: -1, [short]: -1 });
    await stream.end(short);
    expect(stream.logIds(flood).length).toBeLessThan(2_500);
    await stream.end(flood);
    expect(stream.logIds(flood)).toEqual((await server.logs(flood)).map(({ id }) => id));
    expect(stream.seen.find(({ event }) => event === "apart")).toMatchObject({
      taskId: large,
      data: { status: 413 },
    });
  });

  test("a client with many runs gets each log once, wherever its requests come and whatever breaks", async () => {
    const server = shared();
    await using files = await makeDataDirectory();
    const signal = join(files.path, "now");
    const leaving = new Set<AbortController>();
    let streams = 0;
    await using client = new OomolConnectClient({
      baseUrl: server.url,
      async fetch(input, init) {
        const isStream = new Headers(init?.headers).get("accept")?.includes("event-stream") === true;
        const cut = new AbortController();
        if (isStream) {
          streams += 1;
          leaving.add(cut);
        }
        const signals = [cut.signal, ...(init?.signal ? [init.signal] : [])];
        return server.request(String(input).slice(server.url.length), {
          ...init,
          signal: AbortSignal.any(signals),
        });
      },
    });
    await client.blocks.list();
    const seen = new Map<number, number[]>();
    let spoken = 0;
    const runs = Array.from({ length: 8 }, async (_, index) => {
      const ids: number[] = [];
      seen.set(index, ids);
      const request = { blockId: "lab::when-told", inputValues: { signal } };
      const outcome = await client.tasks.run(request, {
        onLog({ id, type }) {
          ids.push(id);
          if (type === "BlockLog") spoken += 1;
        },
      });
      expect(ids).toEqual((await server.logs(outcome.taskId)).map(({ id }) => id));
      expect(outcome.logs.map(({ id }) => id)).toEqual(ids);
    });
    // Four run at once, and the others wait.
    await expect.poll(() => spoken, { timeout: 20_000 }).toBe(4);
    expect(streams).toBeLessThan(8);
    for (const cut of leaving) cut.abort();
    await writeFile(signal, "");
    await Promise.all(runs);
  }, 60_000);

  test("ends when the server closes", async () => {
    await using server = await open();
    const id = await server.start("lab::hang");
    await using stream = await readSharedEvents(server, { [id]: -1 });
    await stream.until(({ taskId }) => taskId === id);
    await server.close();
    await stream.ended;
  });
});
