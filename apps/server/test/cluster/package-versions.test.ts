import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pg from "pg";
import { pino } from "pino";
import { expect, test } from "vitest";
import { OpenedParts } from "../../src/serve/opened-parts.ts";
import { startApi } from "../../src/serve/start-api.ts";
import { startWorker } from "../../src/serve/start-worker.ts";
import { makeDataDirectory, refusalOf, TestClient, toNodes } from "../open-test-server.ts";
import { makeTestDatabase } from "./test-database.ts";

/** An API process, and workers each with a package of its own. */
async function openRollout() {
  const opened = new OpenedParts();
  const database = await makeTestDatabase();
  opened.add(() => database[Symbol.asyncDispose]());
  const data = await makeDataDirectory();
  opened.add(async () => data[Symbol.asyncDispose]());
  const shared = { database: database.url, files: join(data.path, "files"), port: 0 };
  const api = await startApi(shared);
  opened.add(() => api.close());
  let workers = 0;
  const client = new TestClient(api.url);
  return {
    client,
    /** Says to the API process that there is news of a task, as a worker would. */
    async tellChanged(id: string) {
      const teller = new pg.Client(database.url);
      await teller.connect();
      await teller.query(`notify connect_changed, 'test changed ${id}'`).finally(() => teller.end());
    },
    /** Starts a worker with one version of the package `roll`, whose block answers with `said`. */
    async startWorker(version: string, { input = "text", type = "string", said = version } = {}) {
      const folder = join(data.path, `packages-${workers++}`);
      const write = async (path: string, text: string) => {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      };
      await write("roll/package.oo.yaml", `name: roll\nversion: ${version}\n`);
      await write(
        "roll/tasks/tell/task.oo.yaml",
        `executor: { name: nodejs, options: { entry: tell.js } }
inputs_def: [{ handle: ${input}, json_schema: { type: ${type} } }]
outputs_def: [{ handle: said }]
`,
      );
      await write(
        "roll/tasks/tell/tell.js",
        `export default async () => ({ said: ${JSON.stringify(said)} });\n`,
      );
      const lines: string[] = [];
      const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
      const own = { packages: [folder], concurrency: 2, spareExecutors: 0, executorReadyTimeoutMs: 20_000 };
      const worker = await startWorker({ ...shared, ...own, drainMs: 0, log });
      opened.add(() => worker.close());
      return { ...worker, folder, lines };
    },
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

async function said(client: TestClient, id: string) {
  expect(await client.waitForEnd(id)).toMatchObject({ status: "completed" });
  return ((await client.finish(id)).result as { said: string }).said;
}

const input = { text: "x" };

test("a version counts while a worker has it, callers may choose one, and a task that waits for one says so", async () => {
  await using rollout = await openRollout();
  const { client } = rollout;
  await rollout.startWorker("1.0.0");
  const newer = await rollout.startWorker("2.0.0");
  const run = async (manifest: string) => said(client, await client.start(manifest, input));
  await expect.poll(() => run("roll::tell")).toBe("2.0.0");
  expect(await run("roll@1.0.0::tell")).toBe("1.0.0");

  await newer.close();
  const stranded = await client.start("roll@2.0.0::tell", input);
  const reasonOf = async () =>
    (await client.getJson<{ task: { pending_reason?: string } }>(`/v1/tasks/${stranded}`)).task
      .pending_reason;
  await expect
    .poll(reasonOf)
    .toBe(
      'No worker is there that has version 2.0.0 of the package "roll"; there are workers with 1.0.0. The task waits for one.',
    );
  const { tasks } = await client.getJson<{ tasks: { id: string; pending_reason?: string }[] }>(
    "/v1/tasks?limit=2",
  );
  expect(tasks).toMatchObject([{ id: stranded, pending_reason: expect.stringContaining("2.0.0") }, {}]);
  expect(tasks[1]).not.toHaveProperty("pending_reason");
  expect(await run("roll::tell")).toBe("1.0.0");
  expect(await refusalOf(await client.create("roll@9.0.0::tell", input))).toEqual({
    status: 404,
    message: 'There is no version "9.0.0" of the package "roll"; there is "2.0.0" and "1.0.0".',
  });

  await rollout.startWorker("2.0.0");
  expect(await said(client, stranded)).toBe("2.0.0");
  expect(await reasonOf()).toBeUndefined();
});

test("a stream says why its task waits, and says it anew when that changes", async () => {
  await using rollout = await openRollout();
  const { client } = rollout;
  const older = await rollout.startWorker("1.0.0");
  const newer = await rollout.startWorker("2.0.0");
  await expect.poll(async () => (await client.create("roll@2.0.0::tell", input)).status).toBe(200);
  await newer.close();
  const first = await client.start("roll@2.0.0::tell", input);
  const wait = 'No worker is there that has version 2.0.0 of the package "roll"';
  const reasons = [
    `${wait}; there are workers with 1.0.0. The task waits for one.`,
    `${wait}. The task waits for one.`,
  ];
  const reasonOf = async () =>
    (await client.getJson<{ task: { pending_reason?: string } }>(`/v1/tasks/${first}`)).task.pending_reason;
  await expect.poll(reasonOf).toBe(reasons[0]);

  const headers = { Accept: "text/event-stream", "Content-Type": "application/json" };
  const body = JSON.stringify({ manifest: "roll@2.0.0::tell", inputValues: toNodes(input) });
  const told: unknown[] = [];
  for await (const { id, status, pending_reason: reason } of statesOf(
    await client.request("/v1/tasks", { method: "POST", headers, body }),
  )) {
    told.push(reason ?? status);
    if (told.length === 1) {
      await older.close();
      await expect.poll(reasonOf).toBe(reasons[1]);
      await rollout.tellChanged(id);
    }
    if (told.length === 2) await rollout.startWorker("2.0.0");
  }
  expect([told.slice(0, 2), told.at(-1)]).toEqual([reasons, "completed"]);
});

/** The tasks in an event stream's events of their state. */
async function* statesOf(answer: Response) {
  let text = "";
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (text + chunk).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = /^event: status\ndata: (.*)$/.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

test("of different contents under one version that of the first worker counts, and the difference is told", async () => {
  await using rollout = await openRollout();
  const { client } = rollout;
  const first = await rollout.startWorker("1.0.0", { said: "first" });
  const second = await rollout.startWorker("1.0.0", { input: "count", type: "integer", said: "second" });
  expect(second.lines.join("")).toContain("other workers have something else under this version");
  const message = expect.stringMatching(/^Workers have this version with different contents\./);
  await expect
    .poll(async () => (await client.getJson<{ problems: unknown[] }>("/packages")).problems)
    .toContainEqual({ path: "/packages/roll-1.0.0/1.0.0", message });

  const ids = await Promise.all(Array.from({ length: 6 }, () => client.start("roll::tell", input)));
  expect(await Promise.all(ids.map((id) => said(client, id)))).toEqual(ids.map(() => "first"));

  await first.close();
  await expect.poll(async () => (await client.create("roll::tell", { count: 1 })).status).toBe(200);
  expect(await said(client, await client.start("roll::tell", { count: 1 }))).toBe("second");
});

test("a worker whose folder of packages is gone is not ready, and says so", async () => {
  await using rollout = await openRollout();
  const { url, folder } = await rollout.startWorker("1.0.0");
  const look = async () => {
    const answer = await fetch(`${url}/readyz`);
    return [answer.status, await answer.json()];
  };
  expect(await look()).toEqual([200, { status: "ready" }]);
  await rename(folder, `${folder}-away`);
  const reason = 'Its folder of packages "packages-0" is not there.';
  expect(await look()).toEqual([503, { status: "not ready", reason }]);
  await rename(`${folder}-away`, folder);
  expect(await look()).toEqual([200, { status: "ready" }]);
});
