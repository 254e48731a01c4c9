import type { Kysely } from "kysely";
import { textInRow } from "./large-texts.ts";
import { type LogTable, pageBytes } from "./log-table.ts";
import type { Retry } from "./retry-connection.ts";
import { type StoredText, wholeText } from "./stored-text.ts";
import type { Tables } from "./tables.ts";
import type { StoredLog } from "./task-rows.ts";

/** A row for each log, which PostgreSQL keeps well. */
export const rowLogs: LogTable = {
  async stage(_database, logs) {
    return Promise.all(logs.map(async (log) => ({ ...log, event: await wholeText(log.event) })));
  },
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
      sizeBytes += row.event_bytes;
      if (page.length > 0 && sizeBytes > pageBytes) break;
      page.push(row);
    }
    const logs = page.map(async ({ event, event_bytes, ...log }) => {
      return { ...log, event: event ?? (await findEvent(database, log, event_bytes)) };
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

/** Removes the logs of many tasks, some thousands in a statement: one for all of them could take longer than it may. */
export async function removeRows(
  database: Kysely<Tables>,
  taskIds: readonly string[],
  retry: Retry,
): Promise<void> {
  if (taskIds.length === 0) return;
  for (let removed = rowsRemovedAtOnce; removed >= rowsRemovedAtOnce; ) {
    const some = database
      .selectFrom("task_logs")
      .select(["task_id", "id"])
      .where("task_id", "in", taskIds)
      .limit(rowsRemovedAtOnce);
    const remove = database
      .deleteFrom("task_logs")
      .where(({ refTuple, eb }) => eb(refTuple("task_id", "id"), "in", some.$asTuple("task_id", "id")));
    removed = Number((await retry(() => remove.executeTakeFirst())).numDeletedRows);
  }
}

const rowsRemovedAtOnce = 5_000;

/** A statement takes 32,766 parameters. */
const rowsAtOnce = 50;
const rowsOfPage = 500;

/** A large event is left out: it may be a page of its own. */
function nextRows(database: Kysely<Tables>, taskId: string, after: number) {
  return database
    .selectFrom("task_logs")
    .select(["task_id", "id", "session_id", "node_id", "type", "created_at"])
    .select(({ fn, ref, eb }) => {
      // The characters would have to be read to be counted.
      const sizeBytes = fn<number>("octet_length", [ref("event")]);
      const isSmall = eb(sizeBytes, "<=", largeEvent);
      return [sizeBytes.as("event_bytes"), eb.case().when(isSmall).then(ref("event")).end().as("event")];
    })
    .where("task_id", "=", taskId)
    .where("id", ">", after)
    .orderBy("id")
    .limit(rowsOfPage)
    .execute();
}

const largeEvent = 16 * 1024;

async function findEvent(
  database: Kysely<Tables>,
  { task_id, id }: Pick<StoredLog, "task_id" | "id">,
  sizeBytes: number,
): Promise<StoredText> {
  const select = database.selectFrom("task_logs").where("task_id", "=", task_id).where("id", "=", id);
  if (sizeBytes <= pageBytes) {
    return (await select.select("event").executeTakeFirst())?.event ?? "{}"; // removed meanwhile
  }
  return textInRow(task_id, sizeBytes, (from, characters) =>
    select
      .select(({ fn, ref, val }) =>
        fn<string>("substr", [ref("event"), val(from), val(characters)]).as("text"),
      )
      .executeTakeFirst(),
  );
}
