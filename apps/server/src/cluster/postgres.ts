import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Logger } from "pino";
import { messageOf } from "../values.ts";
import type { ClusterTables } from "./tables.ts";

/** Connections to the one database that all processes of a cluster share. */
export interface Postgres {
  readonly pool: pg.Pool;
  readonly database: Kysely<ClusterTables>;
  /** Another pool on the same database; the caller ends it. */
  openPool(maxConnections: number): pg.Pool;
  /** One connection of its own, outside of the pool, whose queries fail after 5 seconds; the caller ends it. */
  connect(): Promise<pg.Client>;
}

/** Prepares a pool; nothing is connected before it is used. Throws if the address is none of a PostgreSQL. */
export function openPostgres(url: string, maxConnections: number, log: Logger): Postgres {
  requirePostgresUrl(url);
  const config: pg.ClientConfig = {
    connectionString: url,
    application_name: "connect-server",
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    // A process that freezes inside a transaction must not hold up those that take over its tasks.
    idle_in_transaction_session_timeout: 5_000,
    types: { getTypeParser },
  };
  // The query that was under way rejects; what is idle is replaced.
  const explain = (error: unknown) => log.warn({ error: messageOf(error) }, "a database connection was lost");
  const openPool = (max: number) => {
    const opened = new pg.Pool({ ...config, max });
    opened.on("error", explain);
    opened.on("connect", (client) => client.on("error", explain));
    return opened;
  };
  const pool = openPool(maxConnections);
  return {
    pool,
    openPool,
    database: new Kysely<ClusterTables>({ dialect: new PostgresDialect({ pool }) }),
    async connect() {
      const client = new pg.Client({ ...config, query_timeout: 5_000 });
      client.on("error", explain);
      await client.connect();
      return client;
    },
  };
}

/** Host and database, for people: never the user or the password. */
export function describePostgres(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Throws if the database does not answer, or does not let this program in. */
export async function requireReachable({ pool }: Pick<Postgres, "pool">, url: string): Promise<void> {
  try {
    await pool.query("select 1");
  } catch (error) {
    throw new Error(
      `The database ${describePostgres(url)} could not be used: ${messageOf(error)}. Does it run, and are address, user and password right?`,
      { cause: error },
    );
  }
}

function requirePostgresUrl(url: string): void {
  if (/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? "")) return;
  // Without the address: it may hold a password.
  throw new Error("The database must be an address like postgres://user@host:5432/name.");
}

const int8 = 20;

/** Counts and epoch milliseconds fit a number. */
const getTypeParser: pg.CustomTypesConfig["getTypeParser"] = (id: number, format?: "text" | "binary") =>
  id === int8 && format !== "binary" ? Number : pg.types.getTypeParser(id, format as "text");
