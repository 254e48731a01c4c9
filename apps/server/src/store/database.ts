import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Generated } from "kysely";
import { Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "./migrations.ts";
import { openNodeSqlite } from "./node-sqlite.ts";

/** The tables, column for column. */
export interface Tables {
  tasks: {
    sequence: Generated<number>;
    id: string;
    status: StoredStatus;
    block_id: string;
    package_version: string;
    session_id: string | null;
    /** JSON: the node form, as the caller sent it. */
    input_values: string;
    /** JSON: what the block gets, by handle. */
    inputs: string;
    idempotency_key: string | null;
    /** Of the request that came with the key. */
    fingerprint: string | null;
    /** Epoch milliseconds. */
    created_at: number;
    /** Epoch milliseconds. */
    updated_at: number;
  };
  task_logs: {
    task_id: string;
    /** From 0 within a task. */
    id: number;
    session_id: string;
    node_id: string | null;
    type: string;
    /** JSON. */
    event: string;
    /** Epoch milliseconds. */
    created_at: number;
  };
  installs: {
    sequence: Generated<number>;
    id: string;
    name: string;
    version: string;
    status: InstallStatus;
    /** JSON: `{ name, version }` of each. */
    dependencies: string;
    error: string | null;
    idempotency_key: string | null;
    fingerprint: string | null;
    /** Epoch milliseconds. */
    created_at: number;
    /** Epoch milliseconds. */
    updated_at: number;
  };
}

export type InstallStatus = "pending" | "running" | "success" | "failed";

export type StoredStatus = "created" | "pending" | "running" | "completed" | "failed" | "stopped";

/** Opens the database of a data directory, brought up to date; throws where another server holds it. */
export async function openDatabase(dataDirectory: string): Promise<Kysely<Tables>> {
  mkdirSync(dataDirectory, { recursive: true });
  const sqlite = openNodeSqlite(join(dataDirectory, "connect.db"));
  const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return database;
  await database.destroy();
  throw error;
}
