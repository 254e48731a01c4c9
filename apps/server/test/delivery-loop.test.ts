import { pino } from "pino";
import { expect, test } from "vitest";
import { openDatabase } from "../src/store/database.ts";
import { TaskChanges, type TaskNews } from "../src/store/task-changes.ts";
import { WebhookStore } from "../src/store/webhook-store.ts";
import { createDeliveryLoop } from "../src/webhooks/delivery-loop.ts";
import { systemClock } from "../src/webhooks/webhook-clock.ts";
import { makeDataDirectory } from "./open-test-server.ts";

const id = "task";

class HeardChanges extends TaskChanges {
  heard = () => this.listened();
}

/** A loop on a database with a task that is to be told of; `attempted` are the states that it has told. */
async function open({
  beforeOpenTasks = async (_end: () => Promise<unknown>): Promise<unknown> => undefined,
} = {}) {
  const data = await makeDataDirectory();
  const database = await openDatabase(data.path);
  const values = { id, block_id: "lab::shout", package_version: "1", input_values: "[]", inputs: "{}" };
  const none = { session_id: null, stop_requested_at: null, idempotency_key: null, fingerprint: null };
  const row = { ...values, ...none, status: "running" as const, caller: "", created_at: 0, updated_at: 0 };
  await database.insertInto("tasks").values(row).execute();
  const hook = { task_id: id, caller: "", url: "http://127.0.0.1:9/", events: " task.completed " };
  await database.insertInto("webhooks").values(hook).execute();
  const store = new WebhookStore(database, { isShared: false });
  const end = () => database.updateTable("tasks").set({ status: "completed" }).execute();
  const changes = new HeardChanges();
  const attempted: string[] = [];
  const loop = createDeliveryLoop({
    store: {
      claim: store.claim.bind(store),
      release: store.release.bind(store),
      forgetBefore: store.forgetBefore.bind(store),
      nextDueAt: store.nextDueAt.bind(store),
      async openTasks(among) {
        await beforeOpenTasks(end);
        return store.openTasks(among);
      },
    },
    changes,
    async attempt(delivery) {
      attempted.push(delivery.status);
      const said = { status: 204, error: undefined, answer: undefined };
      await store.finish(delivery, { state: "delivered", payload: "{}", nextAt: 0, ...said });
    },
    lookMs: undefined,
    clock: systemClock,
    log: pino({ enabled: false }),
  });
  return {
    loop,
    changes,
    attempted,
    end,
    async [Symbol.asyncDispose]() {
      await loop.close();
      await database.destroy();
      await data[Symbol.asyncDispose]();
    },
  };
}

const ended = { task: { status: "completed" }, logs: [] } as unknown as TaskNews;

test.for([
  ["the process that has stored it", ended],
  ["another process, which does not say what is new", undefined],
] as const)("nobody listens to a task any more whose end was told by %s", async ([, news]) => {
  await using opened = await open();
  const { loop, changes, attempted, end } = opened;
  loop.watch(id);
  expect(changes.heard()).toEqual([id]);
  await end();
  changes.notify(id, news);
  await expect.poll(() => attempted).toEqual(["completed"]);
  await expect.poll(() => changes.heard()).toEqual([]);
});

test("a task that has ended before it is watched is told of, and not listened to", async () => {
  await using opened = await open();
  const { loop, changes, attempted, end } = opened;
  await end();
  loop.watch(id);
  await expect.poll(() => attempted).toEqual(["completed"]);
  await expect.poll(() => changes.heard()).toEqual([]);
});

test("a task that ends while it is looked at is told of, though its news comes later or never", async () => {
  await using opened = await open({ beforeOpenTasks: (end) => end() });
  opened.loop.watch(id);
  await expect.poll(() => opened.attempted).toEqual(["completed"]);
  await expect.poll(() => opened.changes.heard()).toEqual([]);
});
