import { readFileSync } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listDescendants } from "../src/processes/process-tree.ts";
import { fixturePackages, makeDataDirectory, openTestServer, type TestClient } from "./open-test-server.ts";
import { isAlive, waitUntilGone } from "./processes.ts";

test("runs a block again in a process that was there before", async () => {
  await using server = await openTestServer({ isolation: "process", spareExecutors: 1, concurrency: 1 });
  const first = await runProcess(server);
  const spare = await waitForSpare([first]);
  expect(await runProcess(server)).toBe(spare);
  expect(await waitForSpare([first, spare])).not.toBe(spare); // each runs one task
});

test("does not run what a package was before it changed", async () => {
  await using packages = await makeDataDirectory();
  await cp(join(fixturePackages, "lab"), join(packages.path, "lab"), { recursive: true });
  await using server = await openTestServer({
    isolation: "process",
    spareExecutors: 1,
    packages: [packages.path],
  });
  const first = await runProcess(server);
  const spare = await waitForSpare([first]);
  const file = join(packages.path, "lab/tasks/process/main.ts");
  await writeFile(file, (await readFile(file, "utf8")).replace("first", "second"));
  const id = await server.start("lab::process");
  await server.waitForEnd(id);
  expect(await server.finish(id)).toMatchObject({ result: { said: "second" } });
  await waitUntilGone([spare], 5_000);
});

test("keeps no more spare executors than it may, none for ever, and nothing of theirs", async () => {
  await using server = await openTestServer({ isolation: "process", spareExecutors: 1, spareIdleMs: 1_500 });
  const first = await runProcess(server);
  const spare = await waitForSpare([first]);
  const other = await server.start("helper::whoami");
  await server.waitForEnd(other);
  await waitUntilGone([spare], 5_000); // the one of the newer package took its place
  const next = await waitForSpare([first, spare]);
  await waitUntilGone([next], 10_000); // idle
  // The one block that asked for a folder has it.
  expect(await readdir(join(server.dataDirectory, "sessions"))).toHaveLength(1);
});

test("takes its spare executors along when it closes", async () => {
  const server = await openTestServer({ isolation: "process", spareExecutors: 2 });
  const first = await runProcess(server);
  const spare = await waitForSpare([first]);
  await server[Symbol.asyncDispose]();
  expect(isAlive(spare)).toBe(false);
});

test("a task on a spare executor tells what one on a new executor tells", async () => {
  await using server = await openTestServer({ isolation: "process", spareExecutors: 1 });
  const run = async () => {
    const id = await server.start("lab::process");
    await server.waitForEnd(id);
    const { pid } = (await server.finish(id)).result as { pid: number };
    return { pid, types: (await server.logs(id)).map(({ type }) => type) };
  };
  const first = await run();
  const spare = await waitForSpare([first.pid]);
  expect(await run()).toEqual({ pid: spare, types: first.types });
});

/** The process that ran the block. */
async function runProcess(server: TestClient): Promise<number> {
  const id = await server.start("lab::process");
  await server.waitForEnd(id);
  const { pid } = (await server.finish(id)).result as { pid: number };
  return pid;
}

/** The one executor besides those `known`. */
async function waitForSpare(known: readonly number[]): Promise<number> {
  const executors = () => {
    const all = listDescendants(process.pid);
    const children = all.flatMap((pid) => listDescendants(pid)); // a compiler may run beneath an executor
    return all.filter((pid) => !children.includes(pid) && !known.includes(pid) && isExecutor(pid));
  };
  await expect.poll(executors, { timeout: 15_000 }).toHaveLength(1);
  return executors()[0] ?? 0;
}

/** Not `mkfifo`, which makes the pipes of one. */
function isExecutor(pid: number): boolean {
  if (process.platform !== "linux") return isAlive(pid);
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--session-id");
  } catch {
    return false;
  }
}
