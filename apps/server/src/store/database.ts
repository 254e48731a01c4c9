import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely, SqliteDialect, sql } from "kysely";
import { DEFAULT_MIGRATION_TABLE, Migrator } from "kysely/migration";
import { removeStrayTexts } from "./large-texts.ts";
import { migrations } from "./migrations.ts";
import { openNodeSqlite, type SqliteSync } from "./node-sqlite.ts";
import type { Tables } from "./tables.ts";

/**
 * Opens the database of a data directory, brought up to date; throws if another server holds it, or if a newer
 * one has written it.
 */
export async function openDatabase(dataDirectory: string, sync?: SqliteSync): Promise<Kysely<Tables>> {
  mkdirSync(dataDirectory, { recursive: true });
  const file = join(dataDirectory, "connect.db");
  const dialect = new SqliteDialect({ database: openNodeSqlite(file, sync) });
  const database = new Kysely<Tables>({ dialect });
  try {
    await refuseNewer(database, file);
    const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    await removeStrayTexts(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

async function refuseNewer(database: Kysely<Tables>, file: string): Promise<void> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return;
  const { rows } = await sql<{
    name: string;
  }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(database);
  const unknown = rows.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length === 0) return;
  throw new Error(
    `A newer version of the server has changed the data in ${file} (${unknown.join(", ")}), so this one cannot use it. Start that version again, or give this one a folder of its own with --data.`,
  );
}
