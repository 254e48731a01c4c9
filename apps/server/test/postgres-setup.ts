import type { TestProject } from "vitest/node";
import { startPostgres, type TestPostgres } from "../../../postgres.shared.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Of the one PostgreSQL server of this run; `DATABASE` stands for the name of a database on it. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the whole run; each test makes a database of its own on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres: TestPostgres = await startPostgres();
  project.provide("postgresUrl", postgres.urlOf("DATABASE"));
  return () => postgres.close();
}
