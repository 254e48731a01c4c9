import { Migrator } from "kysely/migration";
import type { Logger } from "pino";
import { createBoss } from "./boss.ts";
import { requireSessions } from "./pool-mode.ts";
import { describePostgres, openPostgres, type Postgres, requireReachable } from "./postgres.ts";
import { compatibleFrom, postgresMigrations, schemaVersion } from "./postgres-migrations.ts";

/** `connect-server migrate`: answers what was done, for people. */
export async function migrate(url: string, log: Logger): Promise<string> {
  const postgres = openPostgres(url, 3, log, { statementTimeoutMs: 0 }); // an index of a large table takes long
  try {
    await requireReachable(postgres, url);
    await requireSessions(postgres);
    await migrateDatabase(postgres);
    const schema = await readSchema(postgres);
    return `The database ${describePostgres(url)} has schema ${schema?.version}.`;
  } finally {
    await postgres.database.destroy();
  }
}

/**
 * Brings the database up to date, its queue included. Several may do so at once: one of them does, the others wait. A
 * newer schema is left as it is.
 */
export async function migrateDatabase(postgres: Postgres): Promise<void> {
  const holder = await postgres.pool.connect();
  try {
    await holder.query("select pg_advisory_lock($1)", [migrationLock]);
    await migrateAlone(postgres);
  } finally {
    holder.release(true); // ends the connection, and the lock with it
  }
}

/** Kysely and pg-boss lock each for themselves, but pg-boss not where it creates its own schema. */
const migrationLock = 727_001;

async function migrateAlone({ database, pool }: Postgres): Promise<void> {
  const getMigrations = async () => postgresMigrations;
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations },
    allowUnorderedMigrations: false,
  });
  const known = await readSchema({ database });
  if (known && known.version > schemaVersion) return;
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  const boss = createBoss(pool, { migrate: true });
  await boss.start();
  await boss.stop({ graceful: false });
  // Few run while many wait, and they are looked at all the time.
  await pool.query(
    "create index if not exists connect_active on pgboss.job_common (name) where state = 'active'",
  );
  const schema = { version: schemaVersion, compatible_from: compatibleFrom };
  await database
    .insertInto("schema_info")
    .values({ id: 1, ...schema })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet(schema).where("schema_info.version", "<", schemaVersion),
    )
    .execute();
}

/** Throws if this program cannot work with the schema that the database has. */
export async function requireKnownSchema({ database }: Pick<Postgres, "database">): Promise<void> {
  const schema = await readSchema({ database });
  if (schema === undefined || schema.version < schemaVersion) {
    const has = schema === undefined ? "no schema yet" : `schema ${schema.version}`;
    throw new Error(
      `The database has ${has}, but this version of connect-server needs schema ${schemaVersion}: run "connect-server migrate" first.`,
    );
  }
  if (schema.compatible_from > schemaVersion) {
    throw new Error(
      `The database has schema ${schema.version}, which this version of connect-server does not know: it knows schema ${schemaVersion}, and ${schema.compatible_from} is the oldest that still works. Start a newer version.`,
    );
  }
}

async function readSchema({ database }: Pick<Postgres, "database">) {
  const tables = await database.introspection.getTables();
  if (!tables.some(({ name }) => name === "schema_info")) return undefined;
  return database.selectFrom("schema_info").select(["version", "compatible_from"]).executeTakeFirst();
}
