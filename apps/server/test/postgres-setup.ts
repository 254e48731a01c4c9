import { startPostgres, type TestPostgres } from "@oomol/test-helpers/start-postgres";
import pg from "pg";
import { pino } from "pino";
import type { TestProject } from "vitest/node";
import { migrate } from "../src/cluster/schema.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Of the one PostgreSQL server of this run; `DATABASE` stands for a database on it, `migrated` is one with the schema. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the whole run; each test makes a database of its own on it, most as a copy of a migrated one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres: TestPostgres = await startPostgres();
  const client = new pg.Client(postgres.urlOf("postgres"));
  await client.connect();
  await client.query("create database migrated").finally(() => client.end());
  await migrate(postgres.urlOf("migrated"), pino({ enabled: false }));
  project.provide("postgresUrl", postgres.urlOf("DATABASE"));
  return () => postgres.close();
}
