import { type Kysely, sql } from "kysely";
import { compileOnce } from "./compile-once.ts";
import { selectShown } from "./shown-tasks.ts";
import type { StoredStatus, Tables } from "./tables.ts";
import { claimedColumns, insertedColumns, openStatuses, type TaskRow } from "./task-rows.ts";

/** For tasks in one of some states. Literals: for parameters SQLite uses no partial index, and reads the whole table. */
export function literalsOf(statuses: readonly StoredStatus[]) {
  return statuses.map((status) => sql.lit(status));
}

/** What the store asks for each task. */
export function taskQueries(database: Kysely<Tables>) {
  const insert = compileOnce((...values: unknown[]) =>
    database
      .insertInto("tasks")
      // In the order in which `create` gives them.
      .values(Object.fromEntries(insertedColumns.map((name, index) => [name, values[index]])) as TaskRow)
      .onConflict((conflict) => conflict.doNothing()),
  );
  return {
    insert: (row: TaskRow) => insert(...insertedColumns.map((name) => row[name])),
    byId: compileOnce((id: string) => selectShown(database).where("id", "=", id)),
    byKey: compileOnce((key: string) =>
      selectShown(database).select("fingerprint").where("idempotency_key", "=", key),
    ),
  };
}

export function claimRows(database: Kysely<Tables>, ids: readonly string[]) {
  return database
    .updateTable("tasks")
    .set(({ eb }) => ({
      attempt: eb("attempt", "+", 1),
      interruptions: eb("interruptions", "+", 1),
    }))
    .where("id", "in", ids)
    .where("status", "in", openStatuses)
    .returning(claimedColumns);
}

/** What the writer asks for each task. */
export function writerQueries(database: Kysely<Tables>) {
  return {
    claimFirst: compileOnce((id: string) => claimRows(database, [id]).where("attempt", "=", 0)),
    held: compileOnce((id: string) => selectHeld(database).where("id", "=", id)),
    setStatus: compileOnce((id: string, status: StoredStatus, atMs: number) =>
      database.updateTable("tasks").set({ status, updated_at: atMs }).where("id", "=", id),
    ),
    setSession: compileOnce((id: string, status: StoredStatus, atMs: number, sessionId: string) =>
      database
        .updateTable("tasks")
        .set({ status, updated_at: atMs, session_id: sessionId })
        .where("id", "=", id),
    ),
  };
}

export function selectHeld(database: Kysely<Tables>) {
  return database
    .selectFrom("tasks")
    .select(["id", "attempt", "status", "block_id", "package_version", "stop_requested_at"]);
}
