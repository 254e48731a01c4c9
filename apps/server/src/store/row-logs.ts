import type { Kysely } from "kysely";
import { type LogTable, pageBytes } from "./log-table.ts";
import type { Tables } from "./tables.ts";

/** A row for each log, which PostgreSQL keeps well. */
export const rowLogs: LogTable = {
  async insert(transaction, rows) {
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      await transaction
        .insertInto("task_logs")
        .values(rows.slice(start, start + rowsAtOnce))
        // This transaction may be done again: its first answer was lost.
        .onConflict((conflict) => conflict.columns(["task_id", "id"]).doNothing())
        .execute();
    }
  },
  async read(database, taskId, after) {
    const rows = await nextRows(database, taskId, after);
    const page: typeof rows = [];
    let sizeBytes = 0;
    for (const row of rows) {
      sizeBytes += row.event?.length ?? pageBytes;
      if (page.length > 0 && sizeBytes > pageBytes) break;
      page.push(row);
    }
    const logs = page.map(async ({ event, ...log }) => {
      return { ...log, event: event ?? (await readEvent(database, taskId, log.id)) };
    });
    const isLast = page.length === rows.length && rows.length < rowsOfPage;
    return { logs: await Promise.all(logs), isLast };
  },
  async nextIds(transaction, taskIds) {
    if (taskIds.length === 0) return new Map();
    const rows = await transaction
      .selectFrom("task_logs")
      .select(({ fn }) => ["task_id", fn.max("id").as("last")])
      .where("task_id", "in", taskIds)
      .groupBy("task_id")
      .execute();
    return new Map(rows.map(({ task_id, last }) => [task_id, Number(last) + 1]));
  },
  async sizes(database) {
    const rows = await database
      .selectFrom("task_logs")
      .select(({ fn, ref }) => ["task_id", fn.sum(fn("length", [ref("event")])).as("bytes")])
      .groupBy("task_id")
      .execute();
    return new Map(rows.map(({ task_id, bytes }) => [task_id, Number(bytes)]));
  },
  async remove(database, taskId) {
    await database.deleteFrom("task_logs").where("task_id", "=", taskId).execute();
  },
};

/** A statement takes 32,766 parameters. */
const rowsAtOnce = 50;
const rowsOfPage = 500;

/** A large event is left out: it may be a page of its own. */
function nextRows(database: Kysely<Tables>, taskId: string, after: number) {
  return database
    .selectFrom("task_logs")
    .select(["task_id", "id", "session_id", "node_id", "type", "created_at"])
    .select(({ fn, ref, eb }) =>
      eb
        .case()
        .when(fn<number>("length", [ref("event")]), "<=", largeEvent)
        .then(ref("event"))
        .end()
        .as("event"),
    )
    .where("task_id", "=", taskId)
    .where("id", ">", after)
    .orderBy("id")
    .limit(rowsOfPage)
    .execute();
}

const largeEvent = 16 * 1024;

async function readEvent(database: Kysely<Tables>, taskId: string, id: number): Promise<string> {
  const select = database.selectFrom("task_logs").select("event").where("task_id", "=", taskId);
  const row = await select.where("id", "=", id).executeTakeFirst();
  return row?.event ?? "{}"; // removed meanwhile
}
