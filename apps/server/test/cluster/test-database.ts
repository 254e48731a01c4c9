import { randomUUID } from "node:crypto";
import pg from "pg";
import { pino } from "pino";
import { inject } from "vitest";
import { openPostgres } from "../../src/cluster/postgres.ts";
import { migrateDatabase } from "../../src/cluster/schema.ts";

/** An empty database on the PostgreSQL of this run, dropped at the end of the test. */
export async function makeEmptyDatabase() {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const urlOf = (database: string) => inject("postgresUrl").replace("DATABASE", database);
  const administer = async (sql: string) => {
    const client = new pg.Client(urlOf("postgres"));
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await administer(`create database ${name}`);
  return {
    url: urlOf(name),
    /** Cuts every connection of the database. */
    cutConnections: () =>
      administer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`),
    [Symbol.asyncDispose]: () => administer(`drop database ${name} with (force)`),
  };
}

/** One with the current schema. */
export async function makeTestDatabase() {
  const database = await makeEmptyDatabase();
  const postgres = openPostgres(database.url, 3, pino({ enabled: false }));
  await migrateDatabase(postgres);
  await postgres.database.destroy();
  return database;
}
