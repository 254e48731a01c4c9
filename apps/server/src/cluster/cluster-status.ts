import { sql } from "kysely";
import { measureRoom } from "../files/measure-folder.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import { createStatus, type ReadStatus } from "../status/create-status.ts";
import { createWorkerList } from "./list-workers.ts";
import type { Postgres } from "./postgres.ts";

export interface ClusterStatusParts {
  postgres: Pick<Postgres, "database">;
  catalog: PackageCatalog;
  /** The folder of files that every machine sees; `undefined` if they are elsewhere. */
  filesDirectory: string | undefined;
}

/** The status of a cluster, as any of its API processes sees it. */
export function createClusterStatus({ postgres, catalog, filesDirectory }: ClusterStatusParts): ReadStatus {
  const { database } = postgres;
  return createStatus({
    kind: "cluster",
    database: database.withTables(),
    catalog,
    listWorkers: createWorkerList(postgres),
    async readDatabase() {
      const { rows } = await sql<{ version: string; bytes: number }>`
        select current_setting('server_version') as version, pg_database_size(current_database()) as bytes
      `.execute(database);
      // "15.4 (Debian 15.4-1)" on some systems.
      const [version] = (rows[0]?.version ?? "").split(" ");
      return { version: `PostgreSQL ${version}`, bytes: rows[0]?.bytes };
    },
    // What lies there is not counted: it may be much, and far away.
    readDisk: async () => (filesDirectory === undefined ? {} : ((await measureRoom(filesDirectory)) ?? {})),
  });
}
