import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMqttMainframe } from "../src/mqtt-mainframe.ts";
import { FakeEngine, serviceHashOf } from "./helpers/fake-engine.ts";
import { openSession, type TestSession } from "./helpers/open-session.ts";

const files = {
  "service/main.ts": `let calls = 0;
    export default (service: any) => {
      service.blockHandler = {
        count: () => ({ value: [++calls, process.pid] }),
        end: () => { (process as any).reallyExit(3); },
        keep: (_: object, context: any) => context.keepAlive,
      };
    };`,
  "broken/main.mjs": `throw new Error("at load");`,
  "silent/main.mjs": `export default () => {};`,
};

const example = new URL("./examples/counter.ts", import.meta.url);

let session: TestSession;

beforeAll(async () => {
  session = await openSession(files);
});

afterAll(() => session[Symbol.asyncDispose]());

const job = (name = "service") => ({
  dir: `${session.workspace.path}/${name}`,
  entry: name === "service" ? "main.ts" : "main.mjs",
  outputs: ["value"],
});

async function count(engine: FakeEngine, options: { stopAt?: string; keepAlive?: number } = {}) {
  const { finish } = await engine.runService({ ...job(), block: "count", ...options });
  expect(finish.error).toBeUndefined();
  const [calls, processId] = (finish.result as { value: [number, number] }).value;
  return { calls, processId };
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

test("the service of the README keeps its count", async () => {
  await session.workspace.write("example/counter.ts", await readFile(example, "utf8"));
  const dir = `${session.workspace.path}/example`;
  const request = { dir, entry: "counter.ts", outputs: ["count"] };
  await session.engine.runService({ ...request, block: "add", inputs: { by: 2 } });
  const { finish } = await session.engine.runService({ ...request, block: "add", inputs: { by: 3 } });
  expect(finish.result).toEqual({ count: 5 });
  const reset = await session.engine.runService({ ...request, block: "reset" });
  expect(reset.finish).not.toHaveProperty("error");
});

test("a job whose service dies ends with an error, and the next one finds a new service", async () => {
  const { engine } = session;
  const { processId } = await count(engine);
  const kept = await engine.startService({ ...job(), block: "keep" });
  await engine.next(({ type, job_id }) => type === "BlockReady" && job_id === kept);
  const { finish } = await engine.runService({ ...job(), block: "end" });
  expect(finish.error).toContain("The service ended with code 3 before its block had finished");
  expect((await engine.finished(kept)).finish.error).toContain("The service ended with code 3");
  const next = await count(engine);
  expect(next.calls).toBe(1);
  expect(next.processId).not.toBe(processId);
});

test("a service that cannot be loaded, or sets no handler, fails its jobs in words", async () => {
  const { engine } = session;
  const broken = await engine.runService({ ...job("broken"), block: "any" });
  expect(broken.finish.error).toContain("at load");
  const silent = await engine.runService({ ...job("silent"), block: "any" });
  expect(silent.finish.error).toContain("no handler for its block any: it has set none");
  const absent = await engine.runService({ ...job("absent"), block: "any" });
  expect(absent.finish.error).toContain("there is no such file");
});

test("a service of block_end leaves keep_alive after its last job", async () => {
  await using own = await openSession(files);
  const dir = `${own.workspace.path}/service`;
  const request = { ...job(), dir, block: "count", stopAt: "block_end", keepAlive: 0 };
  const { finish } = await own.engine.runService(request);
  const [, processId] = (finish.result as { value: [number, number] }).value;
  await expect.poll(() => isAlive(processId)).toBe(false);
  const again = await own.engine.runService(request);
  expect(again.finish.result).toEqual({ value: [1, expect.any(Number)] });
});

test.each(["app_end", "never", "Never"])(
  "a service of %s serves a second session after its own has ended, and leaves when it is told to",
  async (stopAt) => {
    await using first = await openSession(files);
    const dir = `${first.workspace.path}/service`;
    const request = { ...job(), dir, block: "count", stopAt };
    const started = await first.engine.runService(request);
    const [, processId] = (started.finish.result as { value: [number, number] }).value;
    await first.engine.finishSession();
    await first.executor.exited;

    const mainframe = await openMqttMainframe({ address: first.broker.address, clientId: "second-engine" });
    const engine = await FakeEngine.open({ mainframe, scopePath: first.workspace.path });
    await using _executor = await engine.spawnExecutor(first.broker.address);
    const { finish } = await engine.runService(request);
    expect(finish.result).toEqual({ value: [2, processId] });
    await engine.publish(`/service/nodejs/${serviceHashOf(dir)}/action/shutdown`, {});
    await expect.poll(() => isAlive(processId)).toBe(false);
    await mainframe.close();
  },
);

test("a service of the session leaves with it", async () => {
  await using own = await openSession(files);
  const dir = `${own.workspace.path}/service`;
  const { finish } = await own.engine.runService({ ...job(), dir, block: "count" });
  const [, processId] = (finish.result as { value: [number, number] }).value;
  expect(isAlive(processId)).toBe(true);
  await own.engine.finishSession();
  await expect.poll(() => isAlive(processId)).toBe(false);
  expect(await own.executor.exited).toEqual({ code: 0, signal: null });
});

test("the same service in two sessions is two services", async () => {
  const mainframe = await openMqttMainframe({ address: session.broker.address, clientId: "other-engine" });
  const engine = await FakeEngine.open({ mainframe, scopePath: session.workspace.path });
  await using _executor = await engine.spawnExecutor(session.broker.address);
  const one = await count(session.engine);
  const other = await count(engine);
  expect(other.processId).not.toBe(one.processId);
  expect((await count(session.engine)).processId).toBe(one.processId);
  await engine.finishSession();
  await expect.poll(() => isAlive(other.processId)).toBe(false);
  expect(isAlive(one.processId)).toBe(true);
  await mainframe.close();
});
