import type { ColumnType, Generated } from "kysely";
import type { Tables } from "../store/tables.ts";

/** What is in PostgreSQL besides the tables that the embedded server has too. */
export interface ClusterTables extends Tables {
  /** Packages as workers have them; many workers share a row. */
  catalogs: {
    /** SHA-256 of `packages`. */
    hash: string;
    /** JSON: what `PackageCatalog.list` answers. */
    packages: string;
  };
  workers: {
    id: string;
    catalog_hash: string;
    concurrency: number;
    /** By the database's clock. */
    seen_at: ColumnType<Date, Date, Date>;
    /** JSON: a `WorkerReport`; workers of an older version leave none. */
    report: string | null;
  };
  /** One row: what the schema is, and who may use it. */
  schema_info: {
    id: Generated<number>;
    version: number;
    /** The oldest version of the program's own schema that can work with this one. */
    compatible_from: number;
  };
}
