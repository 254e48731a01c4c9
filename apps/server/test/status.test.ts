import { hostname } from "node:os";
import { expect, test } from "vitest";
import type { ServerStatus } from "../src/status/status-schema.ts";
import { describeBothServers } from "./both-servers.ts";
import { idOf, openTestServer, refusalOf, type TestClient } from "./open-test-server.ts";

async function statusOf(server: TestClient): Promise<ServerStatus> {
  return (await server.getJson<{ status: ServerStatus }>("/v1/status")).status;
}

describeBothServers(({ shared, open }) => {
  test("status: tells what waits for longest, and why", async () => {
    await using server = await open({ concurrency: 1 });
    const running = await server.start("lab::hang");
    await server.waitForLog(running, "BlockOutput");
    const waiting = await server.start("lab::shout", { text: "x" });
    await server.start("lab::shout", { text: "y" });
    await expect
      .poll(async () => (await statusOf(server)).queue)
      .toEqual({
        pending: 2,
        running: 1,
        oldest: {
          taskId: waiting,
          blockId: "lab::shout",
          createdAt: expect.closeTo(Date.now(), -5),
          reason: "All places are taken: 1 task runs, 1 at most.",
        },
      });
  });

  test("status: counts what failed within a day, by block, those with the most first", async () => {
    await using server = await open();
    await server.waitForEnd(await server.start("lab::shout", { text: "x" }));
    for (const block of ["lab::crash", "lab::fail", "lab::fail"]) {
      expect(await server.waitForEnd(await server.start(block))).toMatchObject({ status: "failed" });
    }
    const { failures } = await statusOf(server);
    expect(failures).toEqual({
      since: expect.closeTo(Date.now() - 86_400_000, -5),
      total: 3,
      blocks: [
        { blockId: "lab::fail", count: 2, lastAt: expect.closeTo(Date.now(), -5) },
        { blockId: "lab::crash", count: 1, lastAt: expect.closeTo(Date.now(), -5) },
      ],
    });
  });

  test("status: names the worker with its packages, the versions and the room", async () => {
    const { workers, versions, disk } = await statusOf(shared());
    expect(workers).toEqual([
      expect.objectContaining({ host: hostname(), isLive: true, slots: 4, version: versions.server }),
    ]);
    expect(workers[0]?.packages).toContainEqual({ name: "lab", version: "0.2.0" });
    expect(versions.node).toBe(process.versions.node);
    expect(versions.database).toMatch(/^(SQLite|PostgreSQL) \d+\.\d+/);
    expect(disk.databaseBytes).toBeGreaterThan(10_000);
    expect(disk.freeBytes).toBeGreaterThan(0);
    expect(disk.totalBytes).toBeGreaterThan(disk.freeBytes ?? 0);
  });

  test("status: is for callers with the role admin", async () => {
    const ann = { name: "ann", token: "ann-1", roles: ["run", "install"] as const };
    await using server = await open({ tokens: [ann, "bare"] });
    const ask = (Authorization: string) => server.request("/v1/status", { headers: { Authorization } });
    expect((await ask("bare")).status).toBe(200);
    expect(await refusalOf(await ask("ann-1"))).toEqual({
      status: 403,
      message:
        'The token of "ann" may not see how the server is: that needs the role admin, and it has run and install.',
    });
    expect((await ask("nobody")).status).toBe(401);
  });
});

test("status: counts the processes that are busy and that stand by", async () => {
  await using server = await openTestServer({ spareExecutors: 1 });
  const executors = async () => (await statusOf(server)).executors;
  expect(await executors()).toEqual({ busy: 0, warm: 0, cold: 0, retired: {} });
  await server.waitForEnd(await server.start("lab::shout", { text: "x" }));
  await expect.poll(executors).toEqual({ busy: 0, warm: 1, cold: 0, retired: {} });
  const running = await server.start("lab::hang");
  await server.waitForLog(running, "BlockOutput");
  await expect.poll(executors).toMatchObject({ busy: 1 });
  await server.request(`/v1/tasks/${running}/stop`, { method: "POST" });
  // One was killed with its task.
  await expect.poll(executors).toMatchObject({ busy: 0, retired: { broken: 1 } });
});

test("status: counts the bytes of the data folder, those of files among them", async () => {
  await using server = await openTestServer();
  const bytes = 3_000_000;
  await server.waitForEnd(
    await idOf(await server.upload("lab::one-file", [new File(["x".repeat(bytes)], "a.txt")])),
  );
  const { disk } = await statusOf(server);
  expect(disk.filesBytes).toBeGreaterThanOrEqual(bytes);
  expect(disk.filesBytes).toBeLessThan(bytes + 100_000);
  expect(disk.dataBytes).toBe((disk.filesBytes ?? 0) + (disk.databaseBytes ?? 0));
  expect(disk.isPartial).toBeUndefined();
});
