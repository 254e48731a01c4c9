import { join } from "node:path";
import { CompiledQuery, Kysely, SqliteDialect } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../src/store/database.ts";
import { openNodeSqlite } from "../src/store/node-sqlite.ts";
import { readFailures, readQueue } from "../src/store/operating-queries.ts";
import type { Tables } from "../src/store/tables.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { makeDataDirectory } from "./open-test-server.ts";

/** How SQLite goes about the statements that the store sends. */
async function plansOf(
  look: (store: TaskStore, database: Kysely<Tables>) => Promise<unknown>,
): Promise<string[]> {
  await using data = await makeDataDirectory();
  await (await openDatabase(data.path)).destroy();
  const sent: CompiledQuery[] = [];
  const dialect = new SqliteDialect({ database: openNodeSqlite(join(data.path, "connect.db")) });
  const database = new Kysely<Tables>({
    dialect,
    log({ query }) {
      sent.push(query);
    },
  });
  const store = new TaskStore(database);
  try {
    await look(store, database);
    const steps = [];
    for (const { sql, parameters } of sent.splice(0)) {
      const explained = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
      steps.push(...(await database.executeQuery<{ detail: string }>(explained)).rows);
    }
    return steps.map(({ detail }) => detail);
  } finally {
    await store.close();
  }
}

test.each<[string, string, (store: TaskStore, database: Kysely<Tables>) => Promise<unknown>]>([
  ["tasks that have not ended", "unfinished_tasks", (store) => store.listUnfinished()],
  ["counts of tasks that have not ended", "unfinished_tasks", (store) => store.countByStatus(true)],
  ["running tasks", "unfinished_tasks", (store) => store.list({ statuses: ["running"] })],
  ["failed tasks", "unsuccessful_tasks", (store) => store.list({ statuses: ["failed"] })],
  ["counts of what waits and runs", "unfinished_tasks", (_store, database) => readQueue(database)],
  ["failures of a day", "COVERING INDEX failed_tasks", (_store, database) => readFailures(database, 0)],
])("%s are found by the index %s", async (_what, index, look) => {
  const plans = await plansOf(look);
  expect(plans.filter((plan) => plan.includes(" tasks"))).toEqual([expect.stringContaining(index)]);
});
