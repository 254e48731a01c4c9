import { type Kysely, sql } from "kysely";
import type { LogRow, LogTable } from "./log-table.ts";
import { createPackedLogs } from "./packed-logs.ts";
import type { Tables } from "./tables.ts";

/**
 * Moves the logs of an earlier version into packs, some at a time: each transaction is small, the pages that it frees serve
 * the next, and a run that is cut off goes on at the next start.
 */
export async function packLogs(untyped: Kysely<unknown>): Promise<void> {
  const database = untyped as Kysely<Tables>; // migrations know no types
  await database.schema
    .createTable("log_packs")
    .ifNotExists()
    .addColumn("task_id", "text", (column) => column.notNull())
    .addColumn("first_id", "integer", (column) => column.notNull())
    .addColumn("last_id", "integer", (column) => column.notNull())
    .addColumn("size_bytes", "integer", (column) => column.notNull())
    .addColumn("logs", "blob", (column) => column.notNull())
    .addPrimaryKeyConstraint("log_packs_key", ["task_id", "first_id"])
    .execute();
  const { rows: there } = await sql`select 1 from sqlite_schema where name = 'task_logs'`.execute(database);
  if (there.length === 0) return;
  const logs = createPackedLogs(database);
  while (await moveSome(database, logs)) {
    // Until there is nothing left.
  }
  await database.schema.dropTable("task_logs").execute();
}

const rowsAtOnce = 500;

function moveSome(database: Kysely<Tables>, logs: LogTable): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const rows: LogRow[] = await transaction
      .selectFrom("task_logs")
      .selectAll()
      .orderBy("task_id")
      .orderBy("id")
      .limit(rowsAtOnce)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return false;
    await logs.insert(transaction, rows);
    await transaction
      .deleteFrom("task_logs")
      .where((where) =>
        where.or([
          where("task_id", "<", last.task_id),
          where.and([where("task_id", "=", last.task_id), where("id", "<=", last.id)]),
        ]),
      )
      .execute();
    return true;
  });
}
