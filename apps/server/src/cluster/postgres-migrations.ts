import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { addTraces, indexFailed, indexUnsuccessful, separateCallers } from "../store/migrations.ts";
import { createUploadsInPostgres } from "../store/upload-tables.ts";
import { createWebhooksInPostgres } from "../store/webhook-tables.ts";

/** What this version of the program brings and knows: the number of its migrations. */
export const schemaVersion = 10;

/**
 * The oldest program that can still work with this schema. A migration that only adds (a table, a nullable column, an
 * index) leaves it; what takes something away comes a release later and raises it, see `docs/operating.md`.
 */
export const compatibleFrom = 1;

/** Every change of the PostgreSQL schema since its first version, oldest first; what was released is never edited. */
export const postgresMigrations: Record<string, Migration> = {
  "001-cluster": {
    async up(database: Kysely<unknown>) {
      await createTasks(database);
      await createInstalls(database);
      await database.schema
        .createTable("catalogs")
        .addColumn("hash", "text", (column) => column.primaryKey())
        .addColumn("packages", "text", (column) => column.notNull())
        .execute();
      await database.schema
        .createTable("workers")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("catalog_hash", "text", (column) => column.notNull())
        .addColumn("concurrency", "integer", (column) => column.notNull())
        .addColumn("seen_at", "timestamptz", (column) => column.notNull())
        .execute();
      await database.schema
        .createTable("schema_info")
        .addColumn("id", "integer", (column) => column.primaryKey().defaultTo(1))
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("compatible_from", "integer", (column) => column.notNull())
        .execute();
    },
  },
  "002-interruptions": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .alterTable("tasks")
        .addColumn("interruptions", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  "003-caller": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .alterTable("tasks")
        .addColumn("caller", "text", (column) => column.notNull().defaultTo(""))
        .execute();
    },
  },
  "004-tasks-of-callers": {
    async up(database: Kysely<unknown>) {
      await separateCallers(database);
    },
  },
  "005-unsuccessful-tasks": { up: indexUnsuccessful },
  "006-status": {
    async up(database: Kysely<unknown>) {
      await indexFailed(database);
      await database.schema.alterTable("workers").addColumn("report", "text").execute();
    },
  },
  "007-claimants": {
    async up(database: Kysely<unknown>) {
      await database.schema.alterTable("tasks").addColumn("claimed_by", "text").execute();
    },
  },
  "008-webhooks": { up: createWebhooksInPostgres },
  "009-traces": { up: addTraces },
  "010-uploads": { up: createUploadsInPostgres },
};

async function createTasks(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("tasks")
    .addColumn("sequence", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("block_id", "text", (column) => column.notNull())
    .addColumn("package_version", "text", (column) => column.notNull())
    .addColumn("session_id", "text")
    .addColumn("input_values", "text", (column) => column.notNull())
    .addColumn("inputs", "text", (column) => column.notNull())
    .addColumn("idempotency_key", "text", (column) => column.unique())
    .addColumn("fingerprint", "text")
    .addColumn("attempt", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("stop_requested_at", "bigint")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("updated_at", "bigint", (column) => column.notNull())
    // Room on each page, so that a new status stays on it and no index is touched.
    .modifyEnd(sql`with (fillfactor = 80)`)
    .execute();
  // Partial: both stay small while the table grows.
  await database.schema
    .createIndex("unfinished_tasks")
    .on("tasks")
    .column("status")
    .where(sql.ref("status"), "in", sql`('created', 'pending', 'running')`)
    .execute();
  await database.schema
    .createIndex("ended_tasks")
    .on("tasks")
    .column("updated_at")
    .where(sql.ref("status"), "in", sql`('completed', 'failed', 'stopped')`)
    .execute();
  await database.schema
    .createTable("task_logs")
    .addColumn("task_id", "text", (column) => column.notNull())
    .addColumn("id", "integer", (column) => column.notNull())
    .addColumn("session_id", "text", (column) => column.notNull())
    .addColumn("node_id", "text")
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("event", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("task_logs_key", ["task_id", "id"])
    .execute();
}

async function createInstalls(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("installs")
    .addColumn("sequence", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("version", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("dependencies", "text", (column) => column.notNull())
    .addColumn("error", "text")
    .addColumn("idempotency_key", "text", (column) => column.unique())
    .addColumn("fingerprint", "text")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("updated_at", "bigint", (column) => column.notNull())
    .execute();
}
