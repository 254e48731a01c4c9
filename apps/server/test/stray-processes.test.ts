import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openControlGroup } from "../src/processes/control-groups.ts";
import { startExecutorProcess } from "../src/processes/executor-process.ts";
import { findMarked } from "../src/processes/marked-processes.ts";
import { makeDataDirectory, openTestServer, type TestClient } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";

/** Without groups one that empties its environment is found in the sandbox alone. */
async function canMakeGroups(): Promise<boolean> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const group = openControlGroup(child.pid ?? 0);
  child.kill("SIGKILL");
  await once(child, "exit");
  group?.close();
  return group !== undefined;
}

const hasGroups = await canMakeGroups();

const onLinux = test.runIf(process.platform === "linux");

const sleeping = "sleep 1000 >/dev/null 2>&1";
const ways = [
  { name: "by a shell that ends", command: `${sleeping} & echo $!` },
  { name: "in a session of its own", command: `setsid ${sleeping} & echo $!` },
  { name: "in a session of its own, twice removed", command: `sh -c 'setsid ${sleeping} & echo $!'` },
  ...(hasGroups
    ? [
        { name: "with an empty environment", command: `env -i PATH=$PATH ${sleeping} & echo $!` },
        {
          name: "with an empty environment and a session of its own",
          command: `env -i PATH=$PATH setsid ${sleeping} & echo $!`,
        },
        {
          name: "with an empty environment and a session of its own, twice removed, in another folder",
          command: `cd /; env -i PATH=$PATH sh -c '(setsid ${sleeping} & echo $!) &'`,
        },
      ]
    : []),
  {
    name: "that starts others",
    command: `setsid sh -c 'while true; do sleep 0.01; done' >/dev/null 2>&1 & echo $!`,
  },
];

function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")); // nobody may wait for it
  } catch {
    return false;
  }
}

async function outputsOf(server: TestClient, id: string): Promise<Record<string, number>> {
  const logs = await server.logs(id);
  const outputs = logs.filter(({ type }) => type === "BlockOutput");
  return Object.fromEntries(outputs.map(({ event }) => [event.handle, Number(event.output)]));
}

onLinux.each(ways)(
  "a process $name does not outlive its task, and is named in its logs",
  async ({ command }) => {
    await using server = await openTestServer({ spareExecutors: 2 });
    const id = await server.start("lab::stray", { command, stays: false });
    expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
    const { pid = 0, executor } = await outputsOf(server, id);
    await expect.poll(() => isThere(pid)).toBe(false);
    const logs = await server.logs(id);
    expect(logs.at(-2)).toMatchObject({ type: "BlockWarning", node_id: "_" });
    expect(logs.at(-2)?.event.warning).toMatch(
      new RegExp(
        `^The task left processes behind that had left its process tree, and they were ended: .*\\(${pid}\\)`,
      ),
    );
    expect(logs.at(-1)).toMatchObject({ type: "SessionFinished" });

    const next = await server.start("lab::stray", { command: "echo 0", stays: false });
    expect(await server.waitForEnd(next)).toMatchObject({ status: "completed" });
    expect((await outputsOf(server, next)).executor).not.toBe(executor);
    expect((await server.logs(next)).filter(({ type }) => type === "BlockWarning")).toEqual([]);
  },
);

onLinux(
  "a process in a session of its own ends with a task that is stopped, and with one whose executor dies",
  async () => {
    await using server = await openTestServer();
    const inputs = { command: ways[1]?.command ?? "", stays: true };
    for (const end of ["stop", "kill"] as const) {
      const id = await server.start("lab::stray", inputs);
      await expect.poll(async () => (await outputsOf(server, id)).executor).toBeGreaterThan(0);
      const { pid = 0, executor = 0 } = await outputsOf(server, id);
      expect(isThere(pid)).toBe(true);
      if (end === "stop") await server.request(`/v1/tasks/${id}/stop`, { method: "POST" });
      else process.kill(executor, "SIGKILL");
      expect(await server.waitForEnd(id)).toMatchObject({ status: end === "stop" ? "stopped" : "failed" });
      await expect.poll(() => isThere(pid)).toBe(false);
    }
  },
);

onLinux("a process in a session of its own counts for the memory of its task", async () => {
  await using server = await openTestServer({ taskMemoryBytes: 300 * 2 ** 20 });
  const hog = `${process.execPath} -e "globalThis.held = Buffer.alloc(4e8, 1); setInterval(() => {}, 1000)"`;
  const id = await server.start("lab::stray", {
    command: `setsid ${hog} >/dev/null 2>&1 & echo $!`,
    stays: true,
  });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  expect((await server.logs(id)).at(-1)?.event.error).toMatch(/^The task used \d+ MiB of memory/);
  const { pid = 0 } = await outputsOf(server, id);
  await expect.poll(() => isThere(pid)).toBe(false);
});

onLinux("a process that is started while its executor is being killed does not outlive it", async () => {
  // A job that was offered just before may begin between the two signals.
  const program = `
    process.on("SIGTERM", () => {
      const child = require("node:child_process").spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
      console.log(child.pid);
    });
    setInterval(() => {}, 1000);
    console.log("ready");`;
  let printed = "";
  const executor = startExecutorProcess({ file: process.execPath, args: ["-e", program] }, [], {
    env: process.env,
    onOutput: ({ text }) => (printed += text),
  });
  await expect.poll(() => printed).toContain("ready");
  await executor.kill();
  const pid = Number(/\d+/.exec(printed)?.[0]);
  expect(pid).toBeGreaterThan(0);
  await expect.poll(() => isThere(pid)).toBe(false);
});

onLinux("one that has emptied its environment is found by its session as well", async () => {
  const leader = spawn("sh", ["-c", "env -i PATH=$PATH sleep 1000 & echo $!; exec sleep 1000"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [printed] = await once(leader.stdout, "data");
  const child = Number(printed);
  const pid = leader.pid ?? 0;
  await expect.poll(() => readFileSync(`/proc/${child}/comm`, "utf8")).toBe("sleep\n");
  const find = (session?: number) => findMarked("A_MARK_OF_NOBODY=", session).map((one) => one.pid);
  expect(find(pid).sort()).toEqual([pid, child].sort());
  expect(find()).toEqual([]);
  process.kill(-pid, "SIGKILL");
  await once(leader, "exit");
});

test.runIf(hasGroups)(
  "one with an empty environment that a killed server has left ends with the next start",
  async () => {
    await using data = await makeDataDirectory();
    const flags = ["--data", data.path, "--spare-executors", "0"];
    await using first = await startProgram(flags);
    const command = `env -i PATH=$PATH setsid ${sleeping} & echo $!`;
    const id = await first.client.start("lab::stray", { command, stays: true });
    await expect.poll(async () => (await outputsOf(first.client, id)).executor).toBeGreaterThan(0);
    const { pid = 0 } = await outputsOf(first.client, id);
    first.child.kill("SIGKILL");
    await first.exited;
    expect(isThere(pid)).toBe(true);
    await using _second = await startProgram(flags);
    await expect.poll(() => isThere(pid)).toBe(false);
  },
);
