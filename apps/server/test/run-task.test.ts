import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { openTestServer } from "./open-test-server.ts";

describeBothServers(({ shared, open }) => {
  test("runs a block to its result, with defaults and nulls filled in", async () => {
    const server = shared();
    const created = await server.create("lab::shout", { text: "hello" });
    const { task, userID, success } = (await created.json()) as Record<string, Record<string, unknown>>;
    expect({ userID, success }).toEqual({ userID: "local", success: true });
    expect(task).toMatchObject({ status: "pending", manifest_path: "lab::shout", project_id: "local" });

    const ended = await server.waitForEnd(String(task?.id));
    expect(ended).toMatchObject({ id: task?.id, status: "completed", inputValues: task?.inputValues });
    expect(await server.finish(ended.id)).toMatchObject({ result: { loud: "HELLO!" } });
    const output = (await server.logs(ended.id)).find((log) => log.type === "BlockOutput");
    expect(output?.event).toMatchObject({
      handle: "inputs",
      output: { text: "hello", mark: "!", note: null, tone: null },
    });
  });

  test("logs what the engine and the block say, in order", async () => {
    const server = shared();
    const id = await server.start("lab::shout", { text: "hi" });
    await server.waitForEnd(id);
    const logs = await server.logs(id);
    expect(logs.map((log) => [log.id, log.type, log.node_id])).toEqual([
      [1, "SessionStarted", null],
      [2, "BlockStarted", "_"],
      [3, "BlockLog", "_"],
      [4, "BlockProgress", "_"],
      [5, "BlockPreview", "_"],
      [6, "BlockOutput", "_"],
      [7, "BlockProgress", "_"],
      [8, "BlockFinished", "_"],
      [9, "SessionFinished", null],
    ]);
    expect(logs[2]?.event).toMatchObject({ log: "shouting hi", stdio: "stdout", stacks: [] });
    expect(logs[3]?.event).toMatchObject({ progress: 40 });
    expect(logs[4]?.event).toMatchObject({ payload: { type: "text", data: "hi" } });
  });

  test("takes the newest version that has the block", async () => {
    const server = shared();
    const id = await server.start("lab::old-only", { text: "x" });
    await server.waitForEnd(id);
    expect(await server.finish(id)).toMatchObject({ result: { version: "0.1.0" } });
  });

  test("fails a task whose block throws, with the message in its BlockFinished", async () => {
    const server = shared();
    const id = await server.start("lab::fail");
    expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
    expect(await server.finish(id)).toMatchObject({
      error: expect.stringContaining("the block had a bad day"),
    });
  });

  test("fails a task whose executor crashes, with its last words", async () => {
    const server = shared();
    const id = await server.start("lab::crash");
    expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
    expect(await server.finish(id)).toMatchObject({
      error: expect.stringMatching(/^Executor nodejs-executor exit with code -1/),
    });
    const logs = await server.logs(id);
    expect(JSON.stringify(logs)).toContain("last words before the crash");
  });

  test("fails a task whose executor is not installed, saying which program is missing", async () => {
    const server = shared();
    const id = await server.start("lab::strange");
    expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
    const logs = await server.logs(id);
    expect(logs.at(-1)).toMatchObject({
      type: "SessionFinished",
      event: { error: expect.stringContaining("Failed to spawn fortran-executor") },
    });
  });

  test("runs no more tasks at once than it may, in the order they came", async () => {
    await using server = await open({ concurrency: 1 });
    const hanging = await server.start("lab::hang");
    const queued = await server.start("lab::shout", { text: "later" });
    await server.waitForLog(hanging, "BlockOutput");
    const { task } = await server.getJson<{ task: { status: string } }>(`/v1/tasks/${queued}`);
    expect(task.status).toBe("pending");
    await server.request(`/v1/tasks/${hanging}/stop`, { method: "POST" });
    expect(await server.waitForEnd(queued)).toMatchObject({ status: "completed" });
    const { tasks } = await server.getJson<{ tasks: { id: string }[] }>("/v1/tasks");
    expect(tasks.map((one) => one.id)).toEqual([queued, hanging]);
  });
});

test("shows a block nothing of the server's environment but the basics", async () => {
  process.env.OOMOL_CONNECT_SERVER_TOKENS = "api-secret";
  process.env.CONNECT_TEST_SECRET = "hidden";
  process.env.OOMOL_LLM_API_KEY = "key";
  try {
    await using server = await openTestServer();
    const id = await server.start("lab::environment");
    await server.waitForEnd(id);
    const { variables } = (await server.finish(id)).result as { variables: Record<string, string> };
    expect(variables).toMatchObject({ IS_FORKED: "1", OOMOL_LLM_API_KEY: "key" });
    expect(variables.OOCANA_PKG_DIR).toMatch(/package-data.lab$/);
    expect(variables).not.toHaveProperty("OOMOL_CONNECT_SERVER_TOKENS");
    expect(variables).not.toHaveProperty("CONNECT_TEST_SECRET");
  } finally {
    for (const name of ["OOMOL_CONNECT_SERVER_TOKENS", "CONNECT_TEST_SECRET", "OOMOL_LLM_API_KEY"])
      delete process.env[name];
  }
});

test("starts an executor with the arguments of the protocol", async () => {
  await using server = await openTestServer();
  const id = await server.start("lab::environment");
  await server.waitForEnd(id);
  const { arguments: given } = (await server.finish(id)).result as { arguments: string[] };
  expect(given.filter((one) => one.startsWith("--"))).toEqual([
    "--session-id",
    "--address",
    "--session-dir",
    "--tmp-dir",
    "--identifier",
    "--package",
  ]);
  expect(given[3]).toBe("fd:3"); // the socket that it inherits
  expect(given[9]).toMatch(new RegExp(`^${given[1]}-[0-9a-f]{16}$`));
});

test("leaves no folder of a session whose executor is not installed", async () => {
  await using server = await openTestServer();
  await server.waitForEnd(await server.start("lab::strange"));
  expect(await readdir(join(server.filesDirectory, "sessions")).catch(() => [])).toEqual([]);
});
