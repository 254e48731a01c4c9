import type pg from "pg";
import { endClient } from "./end-client.ts";
import type { Postgres } from "./postgres.ts";

/**
 * Does something unless another process of the cluster does it now; answers whether it did. The connection is the lock: if it
 * breaks, another process may begin before this one has ended.
 */
export async function doAlone(
  postgres: Pick<Postgres, "connect">,
  lock: number,
  run: (client: pg.Client) => Promise<void>,
): Promise<boolean> {
  const client = await postgres.connect();
  try {
    const { rows } = await client.query<{ is_mine: boolean }>("select pg_try_advisory_lock($1) as is_mine", [
      lock,
    ]);
    if (rows[0]?.is_mine !== true) return false;
    await run(client);
    return true;
  } finally {
    await endClient(client);
  }
}
