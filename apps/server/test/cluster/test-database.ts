import { randomUUID } from "node:crypto";
import { MissingProgram } from "@oomol/test-helpers/missing-program";
import pg from "pg";
import { inject } from "vitest";

/** An empty database on the PostgreSQL of this run, dropped at the end of the test. */
export async function makeEmptyDatabase(template = "template1") {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const server = inject("postgresUrl");
  if (server === undefined) throw new MissingProgram(inject("postgresMissing"));
  const urlOf = (database: string) => server.replace("DATABASE", database);
  const administer = async (sql: string) => {
    const client = new pg.Client(urlOf("postgres"));
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await administer(`create database ${name} template ${template}`);
  return {
    url: urlOf(name),
    /** Cuts every connection of the database. */
    cutConnections: () =>
      administer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`),
    [Symbol.asyncDispose]: () => administer(`drop database ${name} with (force)`),
  };
}

/** One with the current schema. */
export function makeTestDatabase() {
  return makeEmptyDatabase("migrated");
}
