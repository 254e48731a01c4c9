import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import pg from "pg";
import type { Logger } from "pino";
import { isConnectionLoss, mustReconnect } from "../store/database-trouble.ts";
import { messageOf } from "../values.ts";
import { endClient } from "./end-client.ts";
import { prepared } from "./prepared.ts";
import { requirePostgresUrl } from "./require-postgres-url.ts";
import type { ClusterTables } from "./tables.ts";

/** Connections to the one database that all processes of a cluster share. */
export interface Postgres {
  readonly pool: pg.Pool;
  readonly database: Kysely<ClusterTables>;
  /** Another pool on the same database; the caller ends it. Its statements may take `timesAsLong`. */
  openPool(maxConnections: number, timesAsLong?: number): pg.Pool;
  /**
   * One connection of its own, outside of the pool, whose queries fail after 5 seconds at most; the caller ends it by
   * `endClient`.
   */
  connect(): Promise<pg.Client>;
}

export interface PostgresOptions {
  /** How long a statement may take, in milliseconds, its answer a second longer; 0 for as long as they like. 8,000 by default. */
  statementTimeoutMs?: number | undefined;
}

export const defaultStatementTimeoutMs = 8_000;
/** The database says first that a statement took too long. */
const wayMs = 1_000;
/** For a connection, and of what needs no look at tables. */
const longestWaitMs = 5_000;

/** Prepares a pool; nothing is connected before it is used. Throws if the address is none of a PostgreSQL. */
export function openPostgres(
  url: string,
  maxConnections: number,
  log: Logger,
  { statementTimeoutMs = defaultStatementTimeoutMs }: PostgresOptions = {},
): Postgres {
  requirePostgresUrl(url);
  const ownTimeoutMs = Math.min(statementTimeoutMs || longestWaitMs, longestWaitMs);
  const config: pg.ClientConfig = {
    connectionString: url,
    application_name: "connect-server",
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: ownTimeoutMs,
    types: { getTypeParser },
  };
  // The query that was under way rejects; what is idle is replaced.
  const explain = (error: unknown) => log.warn({ error: messageOf(error) }, "a database connection was lost");
  const openPool = (max: number, timesAsLong = 1) => {
    const timeoutMs = timesAsLong * statementTimeoutMs;
    const opened = new pg.Pool({
      ...config,
      max,
      query_timeout: timeoutMs && timeoutMs + wayMs,
      onConnect: (client) => prepareSession(client, timeoutMs),
    });
    opened.on("error", explain);
    opened.on("connect", (client) => client.on("error", explain));
    endIdleTogether(opened);
    return opened;
  };
  const pool = openPool(maxConnections);
  return {
    pool,
    openPool,
    database: new Kysely<ClusterTables>({ dialect: new PostgresDialect({ pool: withoutBroken(pool) }) }),
    async connect() {
      const client = new pg.Client({ ...config, query_timeout: ownTimeoutMs });
      client.on("error", explain);
      await client.connect();
      await prepareSession(client, ownTimeoutMs).catch(async (error: unknown) => {
        await endClient(client);
        throw error;
      });
      return client;
    },
  };
}

/**
 * Set once connected: a pool such as pgbouncer refuses connections that ask for it at their start. The other end gives up, too:
 * what nobody waits for any more, and connections whose process is gone or frozen.
 */
async function prepareSession(client: pg.ClientBase, timeoutMs: number): Promise<void> {
  await client.query(
    `select set_config('idle_in_transaction_session_timeout', '5s', false),
            set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false),
            set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '30s', false),
            set_config('statement_timeout', case current_setting('statement_timeout') when '0' then $1 else current_setting('statement_timeout') end, false)`,
    [`${timeoutMs}ms`],
  );
}

/** If one connection does not answer, those that nobody uses are likely as dead: each would cost somebody the same wait. */
function endIdleTogether(pool: pg.Pool): void {
  const idle = new Set<pg.PoolClient>();
  pool.on("acquire", (client) => void idle.delete(client));
  pool.on("remove", (client) => void idle.delete(client));
  pool.on("release", (error, client) => {
    if (!error) idle.add(client);
    else if (mustReconnect(error)) for (const one of idle) one.connection.stream.destroy();
  });
}

/** By a key, or the keys of a queue: it comes often, and whatever the values are, its plan is the same. */
const isLookUp = (values: readonly unknown[]) => values.length === 1 || values.length === 2;

/** What Kysely takes for a pool, which gives a connection back after any failure; one that does not answer must go. */
function withoutBroken(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      let failure: Error | undefined;
      const query = async (text: string, values: unknown[]) => {
        try {
          return await client.query(isLookUp(values) ? prepared(text, values) : { text, values });
        } catch (error) {
          if (error instanceof Error && mustReconnect(error)) failure ??= error;
          throw error;
        }
      };
      const release = (isBroken = false) => client.release(failure ?? isBroken);
      // Cast: of its two kinds of queries, cursors are not used.
      return { query, release, processID: undefined } as unknown as PostgresPoolClient;
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
    throw new UnusableDatabase(url, error);
  }
}

/** Starts a process; rejects with which database it is if a connection is lost meanwhile. */
export async function namingDatabase<Started>(url: string, start: () => Promise<Started>): Promise<Started> {
  try {
    return await start();
  } catch (error) {
    const isNamed = error instanceof UnusableDatabase;
    throw isConnectionLoss(error) && !isNamed ? new UnusableDatabase(url, error) : error;
  }
}

class UnusableDatabase extends Error {
  override readonly name = "UnusableDatabase";

  constructor(url: string, cause: unknown) {
    const reason = messageOf(cause);
    const because = reason.includes("client password must be a string")
      ? "it asks for a password, and there is none in its address, in PGPASSWORD or in the file that PGPASSFILE names."
      : `${reason}. Does it run, and are address, user and password right?`;
    super(`The database ${describePostgres(url)} could not be used: ${because}`, { cause });
  }
}

const int8 = 20;

/** Counts and epoch milliseconds fit a number. */
const getTypeParser: pg.CustomTypesConfig["getTypeParser"] = (id: number, format?: "text" | "binary") =>
  id === int8 && format !== "binary" ? Number : pg.types.getTypeParser(id, format as "text");
