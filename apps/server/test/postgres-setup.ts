import { MissingProgram } from "@oomol/test-helpers/missing-program";
import { startPostgres, type TestPostgres } from "@oomol/test-helpers/start-postgres";
import pg from "pg";
import { pino } from "pino";
import type { TestProject } from "vitest/node";
import { migrate } from "../src/cluster/schema.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Of the one PostgreSQL server of this run; `DATABASE` stands for a database on it, `migrated` is one with the schema. */
    postgresUrl: string | undefined;
    /** Why there is no server, if there is none. */
    postgresMissing: string;
  }
}

/** One PostgreSQL for the whole run; each test makes a database of its own on it, most as a copy of a migrated one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startUnlessMissing(project);
  if (postgres === undefined) return async () => undefined;
  const client = new pg.Client(postgres.urlOf("postgres"));
  await client.connect();
  await client.query("create database migrated").finally(() => client.end());
  await migrate(postgres.urlOf("migrated"), pino({ enabled: false }));
  project.provide("postgresUrl", postgres.urlOf("DATABASE"));
  return () => postgres.close();
}

/** Tests that need it end as it does; the others can do without. */
async function startUnlessMissing(project: TestProject): Promise<TestPostgres | undefined> {
  try {
    return await startPostgres();
  } catch (failure) {
    if (!(failure instanceof MissingProgram)) throw failure;
    project.provide("postgresUrl", undefined);
    project.provide("postgresMissing", failure.message);
    return undefined;
  }
}
