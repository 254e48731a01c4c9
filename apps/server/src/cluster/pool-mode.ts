import type pg from "pg";
import { endClient } from "./end-client.ts";
import type { Postgres } from "./postgres.ts";

/**
 * Throws if a pool before the database gives each transaction another connection of its own (pgbouncer with
 * `pool_mode = transaction`): LISTEN, locks of a session and prepared statements work in none of them.
 */
export async function requireSessions({ connect }: Pick<Postgres, "connect">): Promise<void> {
  const first = await connect();
  try {
    const second = await connect();
    try {
      const before = await backendOf(first);
      // Whatever connection is free now is given to it; that of a session is not.
      await second.query("begin");
      const other = await backendOf(second);
      await second.query("rollback");
      if (other === before) throw new Error(explanation);
    } finally {
      await endClient(second);
    }
  } finally {
    await endClient(first);
  }
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid ?? 0;
}

const explanation =
  "The database is behind a pool in transaction mode, in which LISTEN and locks do not work. Set its pool_mode to session, or connect to PostgreSQL directly.";
