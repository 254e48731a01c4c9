import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { openTestServer } from "../open-test-server.ts";
import { waitUntilGone } from "../processes.ts";
import { startProgram } from "../start-program.ts";
import { descendantsNow } from "./descendants-now.ts";
import { installStandIn } from "./install-stand-in.ts";
import { flowPackages, openFlowServer } from "./open-flow-server.ts";

const namesIn = (folder: string) => readdir(folder).catch(() => [] as string[]);

/** The processes below `pid` (below this one by default) whose command line names it. */
async function processesOf(program: string, pids = descendantsNow()): Promise<number[]> {
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return pids.filter((_pid, index) => lines[index]?.includes(program));
}

/** A package with a flow of so many nodes, each of which hands on what the one before it said. */
async function writeChain(folder: string, length: number): Promise<void> {
  const nodes = Array.from({ length }, (_one, index) => ({
    node_id: `n${index}`,
    task: "self::echo",
    inputs_from: [
      index === 0
        ? { handle: "text", value: "far" }
        : { handle: "text", from_node: [{ node_id: `n${index - 1}`, output_handle: "text" }] },
    ],
  }));
  const files = {
    "package.oo.yaml": "name: chain\nversion: 1.0.0\n",
    "tasks/echo/task.oo.yaml":
      "executor: { name: nodejs }\ninputs_def: [{ handle: text }]\noutputs_def: [{ handle: text }]\n",
    "tasks/echo/main.ts": "export default ({ text }: { text: string }) => ({ text });\n",
    "flows/long/flow.oo.yaml": JSON.stringify({ nodes }),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

test("a flow of 200 nodes runs each of them, and tells how far it is", async () => {
  await using _oocana = await installStandIn();
  await using packages = await createTemporaryFolder();
  await writeChain(packages.file("chain"), 200);
  await using server = await openTestServer({ packages: [packages.path] });
  const id = await server.start("chain::long");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const read = async (type: string) => {
    const url = `/v1/tasks/${id}/logs?limit=1000`;
    const { logs } = await server.getJson<{
      logs: { type: string; node_id: string; event: { progress: number } }[];
    }>(url);
    return logs.filter((log) => log.type === type);
  };
  const finished = await read("BlockFinished");
  expect(new Set(finished.map(({ node_id }) => node_id)).size).toBe(200);
  const told = (await read("BlockProgress")).map(({ event }) => event.progress);
  expect(told).toEqual(Array.from({ length: 100 }, (_one, index) => index + 1));
});

// 40 processes take their time beside other test files.
test("20 flows at once end all, and leave neither a process nor a home", { timeout: 180_000 }, async () => {
  await using _oocana = await installStandIn();
  await using server = await openFlowServer({ concurrency: 20 });
  const ids = await Promise.all(Array.from({ length: 20 }, () => server.start("lab::greet")));
  for (const id of ids) {
    let task = await server.waitForEnd(id);
    while (task.status === "queued" || task.status === "running") task = await server.waitForEnd(id);
    expect(task).toMatchObject({ status: "completed" });
  }
  await server.close();
  await waitUntilGone(descendantsNow(), 5_000);
  expect(await namesIn(join(server.dataDirectory, "engine-homes"))).toEqual([]);
});

test.each([
  ["at once", undefined],
  ["when its session has started", "SessionStarted"],
  ["when its block has started", "BlockStarted"],
  ["while its block runs", "BlockOutput"],
])("a flow that is stopped %s leaves neither a process nor a home", async (_when, type) => {
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  const id = await server.start("lab::wait");
  if (type !== undefined) await server.waitForLog(id, type);
  const stopped = await server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(stopped).toMatchObject({ task: { status: "stopped" } });
  await server.close();
  await waitUntilGone(descendantsNow(), 5_000);
  expect(await namesIn(join(server.dataDirectory, "engine-homes"))).toEqual([]);
});

test("flows that wait for their turn to start can be stopped", async () => {
  await using _oocana = await installStandIn();
  await using server = await openFlowServer({ concurrency: 20 });
  const ids = await Promise.all(Array.from({ length: 12 }, () => server.start("lab::wait")));
  const stops = ids.map((id) => server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" }));
  for (const stopped of await Promise.all(stops))
    expect(stopped).toMatchObject({ task: { status: "stopped" } });
  await server.close();
  await waitUntilGone(descendantsNow(), 5_000);
  expect(await namesIn(join(server.dataDirectory, "engine-homes"))).toEqual([]);
});

test.each([
  ["engine", "stand-in.ts", /^oocana ended with code -1/],
  ["executor", "--identifier", /exit with code -1/],
])(
  "a flow whose %s is killed fails, and leaves neither a process nor a home",
  async (_what, program, message) => {
    await using _oocana = await installStandIn();
    await using server = await openFlowServer();
    const id = await server.start("lab::wait");
    await server.waitForLog(id, "BlockOutput");
    for (const pid of await processesOf(program)) process.kill(pid, "SIGKILL");
    expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
    const { error, _error } = (await server.logs(id)).at(-1)?.event ?? {};
    const told = (_error as { message: string } | undefined)?.message ?? error;
    expect(told).toMatch(message);
    await server.close();
    await waitUntilGone(descendantsNow(), 5_000);
    expect(await namesIn(join(server.dataDirectory, "engine-homes"))).toEqual([]);
  },
);

test("what a server that is killed leaves of a flow is gone with the next one", async () => {
  await using _oocana = await installStandIn();
  await using data = await createTemporaryFolder();
  const flags = ["--packages", flowPackages, "--data", data.path, "--spare-executors", "0"];
  await using first = await startProgram(flags);
  const id = await first.client.start("lab::wait");
  const { event } = await first.client.waitForLog(id, "BlockOutput");
  const left = [...(event.output as number[]), ...(await processesOf("stand-in.ts"))];
  first.child.kill("SIGKILL");
  await first.exited;
  await using second = await startProgram(flags);
  expect(await second.client.waitForEnd(id)).toMatchObject({ status: "failed" });
  await waitUntilGone(left, 5_000);
  expect(await namesIn(data.file("engine-homes"))).toEqual([]);
});
