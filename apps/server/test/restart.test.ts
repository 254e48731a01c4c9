import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataDirectory, openTestServer, type TestLog } from "./open-test-server.ts";
import { waitUntilGone } from "./processes.ts";
import { startProgram } from "./start-program.ts";

const reason = "The server was stopped while the task ran.";

test("forgets nothing when it is killed: finished tasks stay, queued ones run, the one that ran is failed", async () => {
  await using data = await makeDataDirectory();
  const flags = ["--data", data.path, "--concurrency", "1"];
  await using first = await startProgram(flags);
  const finished = await first.client.start("lab::shout", { text: "first" });
  const before = [await first.client.waitForEnd(finished), await first.client.logs(finished)];
  const running = await first.client.start("lab::hang");
  const queued = await first.client.start("lab::shout", { text: "queued" });
  const { event } = await first.client.waitForLog(running, "BlockOutput");
  const seen = await first.client.logs(running);
  first.child.kill("SIGKILL");
  await first.exited;

  await using second = await startProgram(flags);
  expect(await second.client.waitForEnd(queued)).toMatchObject({ status: "completed" });
  expect([await second.client.waitForEnd(finished), await second.client.logs(finished)]).toEqual(before);
  expect(await second.client.waitForEnd(running)).toMatchObject({ status: "failed" });
  const logs = await second.client.logs(running);
  expect(logs.slice(0, seen.length)).toEqual(seen);
  expect(logs.slice(seen.length)).toMatchObject([
    { id: seen.length + 1, type: "SessionFinished", event: { error: reason } },
  ]);
  // What the first server had started is gone, though some of it led process groups of its own.
  await waitUntilGone(event.output as number[], 1_000);
});

test("removes what a killed server had prepared and received for nobody", async () => {
  await using data = await makeDataDirectory();
  await using first = await startProgram(["--data", data.path, "--spare-executors", "1"]);
  const id = await first.client.start("lab::make-files", { files: { "kept.txt": "kept" }, links: {} });
  await first.client.waitForEnd(id);
  const sessions = () => readdir(join(data.path, "sessions"));
  await mkdir(join(data.path, "sessions", "nobody"), { recursive: true });
  await mkdir(join(data.path, "uploads", "half", "0"), { recursive: true });
  await mkdir(join(data.path, "staging", "half"), { recursive: true });
  first.child.kill("SIGKILL");
  await first.exited;

  await using second = await startProgram(["--data", data.path, "--spare-executors", "0"]);
  expect(await sessions()).toHaveLength(1);
  expect(await readdir(join(data.path, "uploads"))).toEqual([]);
  expect(await readdir(data.path)).not.toContain("staging");
  const file = await second.client.request(`/v1/tasks/${id}/files/kept.txt`);
  expect(await file.text()).toBe("kept");
});

test("removes the folder of the session that a task had before it runs again", async () => {
  await using data = await makeDataDirectory();
  const flags = ["--data", data.path, "--rerun-interrupted", "--spare-executors", "0"];
  const sessions = () => readdir(join(data.path, "sessions"));
  await using first = await startProgram(flags);
  const id = await first.client.start("lab::hang");
  await first.client.waitForLog(id, "BlockOutput");
  const [before, ...others] = await sessions();
  expect(others).toEqual([]);
  first.child.kill("SIGKILL");
  await first.exited;

  await using second = await startProgram(flags);
  await expect.poll(sessions).toEqual([expect.not.stringContaining(before ?? "")]);
  // Not killed: nobody would end what the block has started in a process group of its own.
  second.child.kill("SIGTERM");
  await second.exited;
});

test("what a block has started ends with a server that is killed; a process group of its own at the next start", async () => {
  await using data = await makeDataDirectory();
  await using first = await startProgram(["--data", data.path]);
  const { event } = await first.client.waitForLog(await first.client.start("lab::hang"), "BlockOutput");
  const [executor = 0, child = 0, detached = 0] = event.output as number[];
  first.child.kill("SIGKILL");
  await first.exited;
  await waitUntilGone([executor, child], 5_000);
  await using _second = await startProgram(["--data", data.path]);
  await waitUntilGone([detached], 1_000);
});

test("fails what runs when it is asked to stop, and keeps what waits", async () => {
  await using data = await makeDataDirectory();
  const server = await openTestServer({ dataDirectory: data.path, concurrency: 1 });
  const running = await server.start("lab::hang");
  const queued = await server.start("lab::shout", { text: "queued" });
  await server.waitForLog(running, "BlockOutput");
  await server[Symbol.asyncDispose]();

  await using again = await openTestServer({ dataDirectory: data.path });
  expect(await again.waitForEnd(queued)).toMatchObject({ status: "completed" });
  expect(await again.waitForEnd(running)).toMatchObject({ status: "failed" });
  const last: TestLog | undefined = (await again.logs(running)).at(-1);
  expect(last).toMatchObject({ type: "SessionFinished", event: { error: reason } });
});

test("refuses data that another server uses", async () => {
  await using server = await openTestServer();
  await expect(openTestServer({ dataDirectory: server.dataDirectory })).rejects.toThrow(
    /Another server uses the data in .*connect\.db already\. Stop it, or give this one another folder \(--data\)\.$/,
  );
});
