import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "./migrations.ts";
import { openNodeSqlite } from "./node-sqlite.ts";
import type { Tables } from "./tables.ts";

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
