import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { openTestServer, type TestClient, type TestLog } from "./open-test-server.ts";

const printing = fileURLToPath(new URL("fixtures/printing", import.meta.url));

let server: TestClient;

beforeAll(async () => {
  const opened = await openTestServer({ packages: [printing], taskLogBytes: 8 * 2 ** 20 });
  server = opened;
  return () => opened[Symbol.asyncDispose]();
});

async function logsOf(
  block: string,
  inputs: Record<string, unknown> = {},
  on: TestClient = server,
): Promise<TestLog[]> {
  const id = await on.start(`printing::${block}`, inputs);
  await on.waitForEnd(id);
  return on.logs(id);
}

const printed = (logs: TestLog[]) =>
  logs.filter(({ type }) => type === "BlockLog").map(({ event }) => `${event.stdio}: ${event.log}`);

test("what a block and its children print is the task's log, in order, each on its stream", async () => {
  const logs = await logsOf("mixed");
  expect(printed(logs)).toEqual([
    "stdout: 1 console",
    "stdout: 2 execSync",
    "stderr: 3 console.error",
    "stdout: 4 writeSync",
    "stderr: 5 execFileSync",
    "stdout: 6 write",
    "stdout: 7 spawn",
    "stdout: 8 no line break",
    "stdout: 9 console",
    "stderr: 10 writeFileSync",
    "stdout: 11 fs.write",
    "stdout: 12 spawnSync",
  ]);
  expect(logs.at(-1)?.type).toBe("SessionFinished");
});

test("a large output that is said last before its process is gone is the task's", async () => {
  const logs = await logsOf("dies", { how: "large", lines: 2_000_000 });
  expect(logs.map(({ type }) => type)).toEqual([
    "SessionStarted",
    "BlockStarted",
    "BlockOutput",
    "BlockFinished",
    "SessionFinished",
  ]);
});

test.skipIf(process.platform === "win32")(
  "what a block and its children write to /dev/stdout and /dev/stderr is the task's log, in order",
  async () => {
    const logs = await logsOf("named");
    expect(printed(logs)).toEqual([
      "stdout: 1 console",
      "stdout: 2 writeFileSync",
      "stderr: 3 appendFileSync",
      "stdout: 4 writeFile of promises",
      "stderr: 5 appendFile of promises",
      "stdout: 6 writeFile",
      "stderr: 7 writeSync of an opened file",
      "stdout: 8 a stream of many chunks",
      "stdout: 9 a child by name",
      "stderr: 10 a child in a pipe",
      "stdout: 11 console",
    ]);
    expect(logs.at(-1)?.event.error).toBeUndefined();
  },
);

test.skipIf(process.platform === "win32")(
  "a shell block may write to /dev/stdout and /dev/stderr",
  async () => {
    const command = "echo out > /dev/stdout; echo err | tee /dev/stderr > /dev/null";
    const logs = await logsOf("shell", { command });
    expect(printed(logs).sort()).toEqual(["stderr: err", "stdout: out"]);
    expect(logs.find(({ type }) => type === "BlockFinished")?.event.result).toEqual({
      stdout: "out",
      stderr: "err",
    });
  },
);

test("what an addon or a thread prints is in the log before the block's end", async () => {
  expect(printed(await logsOf("addon"))).toEqual(["stderr: from beside"]);
  expect(printed(await logsOf("late")).sort()).toEqual([
    "stderr: raw",
    "stdout: before",
    "stdout: from a worker",
  ]);
});

test("what a child has printed before its block ends is in the log, and what it prints then is in nobody's", async () => {
  for (const [lines, before] of [
    [3, 0],
    [9_000, 40_000],
    [100_000, 0],
  ] as const) {
    const logs = printed(await logsOf("outlives", { lines, before }));
    const own = logs
      .filter((text) => text.startsWith("stdout"))
      .flatMap((text) => text.replace("stdout: ", "").split("\n"));
    const expected = Array.from({ length: lines }, (_, index) => `line ${index + 1}`);
    expect(own.slice(0, lines)).toEqual(expected);
    expect(own.slice(lines).filter((line) => line !== "after the end")).toEqual([]);
    expect(printed(await logsOf("addon"))).toEqual(["stderr: from beside"]);
  }
});

test("what a block prints after its end is not in the log of the next task of its process", async () => {
  for (let round = 0; round < 5; round += 1) {
    await logsOf("after");
    expect(printed(await logsOf("addon"))).toEqual(["stderr: from beside"]);
  }
});

test.each([
  ["child", 64],
  ["console", 64],
  ["whole", 40],
])(
  "a flood (%s) is cut with a sentence, says how much it was, and costs no memory",
  async (by, mebibytes) => {
    const logs = await logsOf("flood", { by, mebibytes });
    const warnings = logs
      .filter(({ type }) => type === "BlockWarning")
      .map(({ event }) => String(event.warning));
    expect(warnings.join("\n")).toMatch(/what its blocks say from here on is not kept/);
    const kept = logs.filter(({ type }) => type === "BlockLog").map(({ event }) => String(event.log).length);
    const left = warnings.flatMap((text) => {
      const [, amount, unit] = /^([\d.]+) (MiB|million)/.exec(text) ?? [];
      return amount === undefined ? [] : [Number(amount) * (unit === "MiB" ? 2 ** 20 : 1e6)];
    });
    const total = [...kept, ...left].reduce((sum, one) => sum + one, 0) / 2 ** 20;
    expect(total).toBeGreaterThan(mebibytes * 0.9);
    expect(total).toBeLessThan(mebibytes * 1.3);
    const finished = logs.find(({ type }) => type === "BlockFinished")?.event as {
      result: { grownBytes: number };
    };
    expect(finished.result.grownBytes).toBeLessThan(200 * 2 ** 20);
  },
);

test("a flood of a worker that never pauses is cut with a sentence, says how much it was, and costs no memory", async () => {
  await using roomy = await openTestServer({ packages: [printing] });
  const logs = await logsOf("flood", { by: "worker", mebibytes: 128 }, roomy);
  const told = logs.filter(({ type }) => /BlockLog|BlockWarning/.test(type));
  const texts = told.map(({ event }) => String(event.log ?? event.warning));
  const dropped = texts.flatMap((text) => {
    const [, millions] =
      /([\d.]+) million characters that (?:a worker|the block) printed here/.exec(text) ?? [];
    return millions === undefined ? [] : [Number(millions) * 1e6];
  });
  expect(dropped.length).toBeGreaterThan(0);
  const total = [...texts.map(({ length }) => length), ...dropped].reduce((sum, one) => sum + one, 0);
  expect(total / 2 ** 20).toBeGreaterThan(126);
  expect(total / 2 ** 20).toBeLessThan(130);
  const finished = logs.find(({ type }) => type === "BlockFinished")?.event as {
    result: { grownBytes: number };
  };
  expect(finished.result.grownBytes).toBeLessThan(200 * 2 ** 20);
});

test("a block that reads what its worker prints gets all of it", async () => {
  const logs = await logsOf("flood", { by: "read", mebibytes: 40 });
  const finished = logs.find(({ type }) => type === "BlockFinished");
  expect(finished?.event.result).toEqual({ readBytes: 40 * 2 ** 20 });
});

test.each([
  { how: "SIGKILL", lines: 50 },
  { how: "SIGKILL", lines: 50_000 },
  { how: "abort", lines: 5_000 },
  { how: "reallyExit", lines: 5_000 },
])(
  "what a block has printed before its process dies ($how, $lines lines) is in the log",
  async ({ how, lines }) => {
    const logs = await logsOf("dies", { how, lines });
    expect(logs.at(-1)?.event.error).toMatch(/^Executor nodejs-executor exit with code/);
    // Node itself says something on stderr.
    const own = printed(logs).flatMap((text) =>
      text.startsWith("stdout: ") ? text.slice(8).split("\n") : [],
    );
    expect(own).toEqual(Array.from({ length: lines }, (_, index) => `line ${index + 1}`));
  },
);

test("what a block has printed before its process is killed from outside is in the log", async () => {
  const logs = await logsOf("dies", { how: "killed", lines: 4_000 });
  expect(printed(logs)).toEqual(Array.from({ length: 4_000 }, (_, index) => `stdout: line ${index + 1}`));
});

test("what a block has printed before it holds its thread for good is in the log, while it does", async () => {
  const id = await server.start("printing::dies", { how: "hangs", lines: 20 });
  await expect.poll(async () => printed(await server.logs(id)).length).toBe(20);
  await server.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "stopped" });
});

test("300,000 short lines of one loop are all kept, in order, and cost no memory", async () => {
  const logs = await logsOf("lines", { count: 300_000 });
  const lines = printed(logs).flatMap((text) => text.replace("stdout: ", "").split("\n"));
  expect(lines).toEqual(Array.from({ length: 300_000 }, (_, index) => String(index)));
  expect(logs.filter(({ type }) => type === "BlockWarning")).toEqual([]);
  const finished = logs.find(({ type }) => type === "BlockFinished")?.event as {
    result: { grownBytes: number };
  };
  expect(finished.result.grownBytes).toBeLessThan(100 * 2 ** 20);
});

test("a block that has reported progress and ended well shows 100, and one that failed what it reached", async () => {
  const progress = (logs: TestLog[]) =>
    logs
      .filter(({ type }) => /Progress|BlockFinished/.test(type))
      .map(({ event }) => event.progress ?? event.type);
  expect(progress(await logsOf("progress"))).toEqual([30, 100, "BlockFinished"]);
  expect(progress(await logsOf("progress", { fail: true }))).toEqual([30, "BlockFinished"]);
  expect(progress(await logsOf("addon"))).toEqual(["BlockFinished"]);
});

test("a failed block's stack begins in the author's file, and its message names the line", async () => {
  const error = async (how: string) => {
    const logs = await logsOf("stack", { how });
    return String(logs.find(({ type }) => type === "BlockFinished")?.event.error);
  };
  const frames = (text: string) => text.split("\n").filter((line) => /^\s+at /.test(line));
  const mapped = await error("throw");
  expect(mapped.split("\n")[0]).toBe("Error: mapped (main.ts:12)");
  expect(frames(mapped)).toHaveLength(1);
  expect(frames(mapped)[0]).toMatch(/tasks\/stack\/main\.ts:12:9/);
  for (const how of ["runtime", "context"]) {
    const text = await error(how);
    expect(text).toMatch(/\(main\.ts:\d+\)$/m);
    expect(frames(text)[0]).toMatch(/tasks\/stack\/main\.ts/);
    expect(text).not.toMatch(/packages\/scriptlet|node:/);
  }
  expect(await error("lines")).toMatch(
    /^RangeError: one line\nand another \(main\.ts:11\)\n\s+at .*\nCaused by: Error: the reason \(main\.ts:11\)/s,
  );
});
