import type { Kysely } from "kysely";

/**
 * Uploads that no task has taken yet, and which task takes which. That is a table of its own, so that the database itself refuses a
 * task whose upload is gone or another's, in the transaction that stores the task: a key that is there already, or one without its upload.
 */
async function createTables(database: Kysely<unknown>, epochMs: "integer" | "bigint"): Promise<void> {
  await database.schema
    .createTable("uploads")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("caller", "text", (column) => column.notNull())
    .addColumn("length", epochMs)
    .addColumn("reserved", epochMs, (column) => column.notNull())
    .addColumn("metadata", "text", (column) => column.notNull())
    .addColumn("place", "text")
    .addColumn("touched_at", epochMs, (column) => column.notNull())
    .addColumn("turn", "text")
    .addColumn("turn_until", epochMs)
    .execute();
  await database.schema.createIndex("uploads_of_callers").on("uploads").column("caller").execute();
  await database.schema.createIndex("uploads_by_time").on("uploads").column("touched_at").execute();
  await database.schema
    .createTable("taken_uploads")
    .addColumn("upload_id", "text", (column) =>
      column.primaryKey().references("uploads.id").onDelete("cascade"),
    )
    .addColumn("task_id", "text", (column) => column.notNull())
    .execute();
}

export async function createUploadsInSqlite(database: Kysely<unknown>): Promise<void> {
  await createTables(database, "integer");
}

/** The same in PostgreSQL. */
export async function createUploadsInPostgres(database: Kysely<unknown>): Promise<void> {
  await createTables(database, "bigint");
}
