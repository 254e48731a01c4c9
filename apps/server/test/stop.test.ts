import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { isAlive, waitUntilGone } from "./processes.ts";

describeBothServers(({ shared, open }) => {
  test("stops a task at once, and its whole process tree within a second", async () => {
    const server = shared();
    const id = await server.start("lab::hang");
    const { event } = await server.waitForLog(id, "BlockOutput");
    const pids = event.output as number[];
    expect(pids.every(isAlive)).toBe(true);

    const stopped = await server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
    expect(stopped).toMatchObject({ success: true, task: { id, status: "stopped" } });
    expect(await waitUntilGone(pids, 1_000)).toBeLessThan(1_000);
    expect((await server.logs(id)).at(-1)).toMatchObject({
      type: "SessionFinished",
      event: { error: "The task was stopped." },
    });
  });

  test("stops a task that is still queued", async () => {
    await using server = await open({ concurrency: 1 });
    await server.start("lab::hang");
    const queued = await server.start("lab::shout", { text: "never" });
    const stopped = await server.getJson(`/v1/tasks/${queued}/stop`, { method: "POST" });
    expect(stopped).toMatchObject({ task: { status: "stopped" } });
    expect(await server.logs(queued)).toEqual([]);
  });

  test("leaves a task that has ended as it is", async () => {
    const server = shared();
    const id = await server.start("lab::shout", { text: "x" });
    const ended = await server.waitForEnd(id);
    const stopped = await server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
    expect(stopped).toEqual({ success: true, task: ended });
  });
});
