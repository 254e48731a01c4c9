import type { InstallTask } from "@oomol/connect-core";
import {
  ApiError,
  InstallFailedError,
  InvalidInputError,
  OomolConnectClient,
  TimeoutError,
  UnsupportedError,
} from "@oomol/connect-core";
import { serve as listen } from "@oomol/test-helpers/serve";
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

test.each([
  ["in a field", (task: InstallTask) => ({ taskId: task.id }), (task: InstallTask) => ({ task })],
  ["at the top level", (task: InstallTask) => task, (task: InstallTask) => task],
])("reads an installation that a server gives %s", async (_place, created, read) => {
  const pending: InstallTask = { id: "i-1", name: "ffmpeg", version: "0.2.0", status: "pending" };
  const done: InstallTask = { ...pending, status: "success", packagePath: "/p/ffmpeg/0.2.0" };
  await using server = await listen(({ method }, response) => {
    response.end(JSON.stringify({ success: true, ...(method === "POST" ? created(pending) : read(done)) }));
  });
  const { packages } = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
  expect((await packages.install("ffmpeg", "0.2.0")).taskId).toBe("i-1");
  expect((await packages.getInstallTask("i-1")).task).toMatchObject(done);
  expect(await packages.installAndWait("ffmpeg", "0.2.0")).toMatchObject({ taskId: "i-1", task: done });
});

test("an answer without an installation is not one", async () => {
  await using server = await listen((_request, response) => {
    response.end('{ "success": true, "name": "ffmpeg" }');
  });
  const { packages } = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
  await expect(packages.getInstallTask("i-1")).rejects.toMatchObject({ field: "task" });
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

const goesOn = (task: InstallTask) => void Object.assign(task, { status: "running" });
const cancelled = { status: "failed", error: "The install was cancelled." };

test("an installation is cancelled, and one that has ended stays as it is", async () => {
  await using server = await serve({ extensions: ["delete"], onInstall: goesOn });
  const { packages } = server.client;
  const { taskId = "" } = await packages.install("a", "1.0.0");
  expect((await packages.cancelInstall(taskId)).task).toMatchObject({ id: taskId, ...cancelled });
  const ended = await packages.install("b", "1.0.0");
  Object.assign(server.fake.installTasks.get(ended.taskId ?? "") ?? {}, { status: "success" });
  expect((await packages.cancelInstall(ended.taskId ?? "")).task.status).toBe("success");
});

test("a server that does not announce it is not asked to cancel", async () => {
  await using server = await serve({ onInstall: goesOn });
  const { taskId = "" } = await server.client.packages.install("a", "1.0.0");
  const failure = await server.client.packages.cancelInstall(taskId).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UnsupportedError);
  expect(String(failure)).toContain("This server cancels no installations");
  expect(server.fake.requestsTo("DELETE", /./)).toEqual([]);
});

test.each(["while it is waited for", "before its wait begins", "while its creation is in flight"])(
  "cancelOnAbort cancels an installation %s, and rejects at once",
  async (when) => {
    const abort = new AbortController();
    const reason = new Error("enough");
    await using server = await serve({
      extensions: ["delete"],
      onInstall: (task) => {
        goesOn(task);
        if (when === "while its creation is in flight") abort.abort(reason);
      },
    });
    const { packages } = server.client;
    const onProgress = () => abort.abort(reason);
    const options = { signal: abort.signal, cancelOnAbort: true, intervalMs: 1, onProgress };
    const id = when === "before its wait begins" ? (await packages.install("a", "1.0.0")).taskId : undefined;
    if (id !== undefined) abort.abort(reason);
    const waiting =
      id === undefined
        ? packages.installAndWait("a", "1.0.0", options)
        : packages.waitForInstallCompletion(id, options);
    await expect(waiting).rejects.toBe(reason);
    await server.client.close();
    expect([...server.fake.installTasks.values()]).toMatchObject([cancelled]);
  },
);

test("an aborted wait leaves the installation alone unless it is asked to, and a cancel that fails is told", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  await using server = await serve({ onInstall: goesOn }, { hooks: { onWarning } });
  for (const cancelOnAbort of [false, true]) {
    const abort = new AbortController();
    const options = { signal: abort.signal, cancelOnAbort, intervalMs: 1, onProgress: () => abort.abort() };
    await expect(server.client.packages.installAndWait("a", "1.0.0", options)).rejects.toThrow();
  }
  await server.client.close();
  expect([...server.fake.installTasks.values()].map(({ status }) => status)).toEqual(["running", "running"]);
  expect(warnings).toEqual([
    expect.stringMatching(/^Installation install-2 could not be cancelled: UnsupportedError/),
  ]);
});

test("a task that has ended is deleted; one that has not, or is not there, is refused", async () => {
  await using server = await serve({
    extensions: ["delete"],
    onTask: (task) => void (task.input("end") && task.complete({})),
  });
  const { tasks } = server.client;
  const ids = [];
  for (const end of [true, false]) {
    ids.push((await tasks.create({ blockId: "a::b", inputValues: { end } })).task.id);
  }
  const [ended = "", open = ""] = ids;
  expect(await tasks.delete(ended)).toBeUndefined();
  for (const [id, status] of [
    [ended, 404],
    [open, 409],
  ] as const) {
    const failure = await tasks.delete(id).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ status });
  }
  expect([...server.fake.tasks.keys()]).toEqual([open]);
});
