import type { InstallTask } from "@oomol/connect-core";
import { InstallFailedError, InvalidInputError, TimeoutError } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

test("lists packages and installations", async () => {
  await using server = await serve({ packages: [{ name: "ffmpeg", version: "0.1.9" }] });
  expect(await server.client.packages.list()).toEqual({ packages: [{ name: "ffmpeg", version: "0.1.9" }] });
  const { taskId = "" } = await server.client.packages.install("ffmpeg", "0.2.0");
  expect((await server.client.packages.listInstallTasks()).tasks).toHaveLength(1);
  expect((await server.client.packages.getInstallTask(taskId)).task).toMatchObject({
    name: "ffmpeg",
    version: "0.2.0",
  });
});

test("installs and waits, telling each state", async () => {
  const states: string[] = [];
  await using server = await serve({ onInstall: (task) => Object.assign(task, { status: "running" }) });
  const onProgress = (task: InstallTask) => {
    states.push(task.status);
    const own = server.fake.installTasks.get(task.id);
    if (own) Object.assign(own, { status: "success", packagePath: "/p/ffmpeg-0.2.0" });
  };
  const { task } = await server.client.packages.installAndWait("ffmpeg", "0.2.0", {
    intervalMs: 1,
    onProgress,
  });
  expect(task.packagePath).toBe("/p/ffmpeg-0.2.0");
  expect(states).toEqual(["running", "success"]);
});

test("tells why an installation failed", async () => {
  await using server = await serve({
    onInstall: (task) => Object.assign(task, { status: "failed", error: "no such version" }),
  });
  const failure = await server.client.packages
    .installAndWait("ffmpeg", "9.9.9")
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InstallFailedError);
  expect(String(failure)).toBe("InstallFailedError: Installing ffmpeg@9.9.9 failed: no such version");
});

test("waits through trouble, and gives up at its timeout", async () => {
  await using server = await serve({ onInstall: (task) => Object.assign(task, { status: "running" }) });
  server.fake.inject({ kind: "status", status: 502 }, { method: "GET", times: 999 });
  await expect(
    server.client.packages.installAndWait("a", "1.0.0", { timeoutMs: 250 }),
  ).rejects.toBeInstanceOf(TimeoutError);
});

test("what onProgress throws ends the wait as it is, also where the wait would forgive it", async () => {
  await using server = await serve({ onInstall: (task) => Object.assign(task, { status: "running" }) });
  const mistake = new TimeoutError({ awaited: "a database of the caller", timeoutMs: 5 });
  let calls = 0;
  const onProgress = () => {
    calls += 1;
    throw mistake;
  };
  await expect(server.client.packages.installAndWait("a", "1.0.0", { onProgress })).rejects.toBe(mistake);
  expect(calls).toBe(1);
});

test("a package without a name is refused before anything is sent", async () => {
  await using server = await serve();
  await expect(server.client.packages.install("", "1.0.0")).rejects.toBeInstanceOf(InvalidInputError);
  expect(server.fake.requests).toEqual([]);
});
