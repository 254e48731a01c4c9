import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { createTextsTable } from "./large-texts.ts";
import { packLogs } from "./pack-logs.ts";
import { createUploadsInSqlite } from "./upload-tables.ts";
import { createWebhooksInSqlite } from "./webhook-tables.ts";

/** Every change of the database since its first version, oldest first; what was released is never edited. */
export const migrations: Record<string, Migration> = {
  "001-tasks-and-logs": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .createTable("tasks")
        // Grows with each task: the order in which they were accepted.
        .addColumn("sequence", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("id", "text", (column) => column.notNull().unique())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("block_id", "text", (column) => column.notNull())
        .addColumn("package_version", "text", (column) => column.notNull())
        .addColumn("session_id", "text")
        .addColumn("input_values", "text", (column) => column.notNull())
        .addColumn("inputs", "text", (column) => column.notNull())
        .addColumn("idempotency_key", "text", (column) => column.unique())
        .addColumn("fingerprint", "text")
        .addColumn("created_at", "integer", (column) => column.notNull())
        .addColumn("updated_at", "integer", (column) => column.notNull())
        .execute();
      await database.schema
        .createIndex("unfinished_tasks")
        .on("tasks")
        .column("sequence")
        .where(sql.ref("status"), "in", ["created", "pending", "running"])
        .execute();
      await database.schema
        .createTable("task_logs")
        .addColumn("task_id", "text", (column) => column.notNull())
        .addColumn("id", "integer", (column) => column.notNull())
        .addColumn("session_id", "text", (column) => column.notNull())
        .addColumn("node_id", "text")
        .addColumn("type", "text", (column) => column.notNull())
        .addColumn("event", "text", (column) => column.notNull())
        .addColumn("created_at", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("task_logs_key", ["task_id", "id"])
        .modifyEnd(sql`without rowid`)
        .execute();
    },
  },
  "002-installs": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .createTable("installs")
        .addColumn("sequence", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("id", "text", (column) => column.notNull().unique())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("version", "text", (column) => column.notNull())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("dependencies", "text", (column) => column.notNull())
        .addColumn("error", "text")
        .addColumn("idempotency_key", "text", (column) => column.unique())
        .addColumn("fingerprint", "text")
        .addColumn("created_at", "integer", (column) => column.notNull())
        .addColumn("updated_at", "integer", (column) => column.notNull())
        .execute();
    },
  },
  "003-attempts": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .alterTable("tasks")
        .addColumn("attempt", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
      await database.schema.alterTable("tasks").addColumn("stop_requested_at", "integer").execute();
    },
  },
  "004-interruptions": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .alterTable("tasks")
        .addColumn("interruptions", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  "005-caller": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .alterTable("tasks")
        .addColumn("caller", "text", (column) => column.notNull().defaultTo(""))
        .execute();
    },
  },
  "006-tasks-of-callers": {
    async up(database: Kysely<unknown>) {
      await separateCallers(database);
    },
  },
  "007-log-packs": { up: packLogs },
  "008-task-texts": { up: createTextsTable },
  "009-unsuccessful-tasks": { up: indexUnsuccessful },
  "010-failed-tasks": { up: indexFailed },
  "011-webhooks": { up: createWebhooksInSqlite },
  "012-traces": { up: addTraces },
  "013-uploads": { up: createUploadsInSqlite },
};

/** The same in PostgreSQL. */
export async function addTraces(database: Kysely<unknown>): Promise<void> {
  await database.schema.alterTable("tasks").addColumn("trace", "text").execute();
}

/**
 * True of a failed task, in other words than indexes that hold others, too: PostgreSQL would choose one of them, and read every
 * failure there is.
 */
export const hasFailed = sql<boolean>`lower(status) = 'failed'`;

/** Who counts the failures of a day reads nothing else; other tasks do not touch it. The same in PostgreSQL. */
export async function indexFailed(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createIndex("failed_tasks")
    .on("tasks")
    .columns(["updated_at", "block_id", "status"])
    .where(hasFailed)
    .execute();
}

/** Those who look for failures among many tasks find them at once; other tasks do not touch it. The same in PostgreSQL. */
export async function indexUnsuccessful(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createIndex("unsuccessful_tasks")
    .on("tasks")
    .column("sequence")
    .where(sql.ref("status"), "in", sql`('failed', 'stopped')`)
    .execute();
}

/** Lists of one caller's tasks are quick, and a key is stored with whose it is, see `storedKey`. The same in PostgreSQL. */
export async function separateCallers(database: Kysely<unknown>): Promise<void> {
  await database.schema.createIndex("tasks_of_callers").on("tasks").columns(["caller", "sequence"]).execute();
  await sql`update tasks set idempotency_key = caller || ' ' || idempotency_key where idempotency_key is not null`.execute(
    database,
  );
  // Nobody stored whose an install is, so its key stands for nobody's any more.
  await sql`update installs set idempotency_key = null`.execute(database);
}
