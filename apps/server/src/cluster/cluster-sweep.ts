import { doAlone } from "./do-alone.ts";
import type { Postgres } from "./postgres.ts";

const sweepLock = 727_002;
/** What fewer leave behind, PostgreSQL gives back in its own time. */
const manyTasks = 1_000;
const vacuumMs = 600_000;

/** Sweeps old tasks unless another process does, and gives the space back if they were many; `sweep` answers how many. */
export async function sweepAlone(
  postgres: Pick<Postgres, "connect">,
  sweep: () => Promise<number>,
): Promise<void> {
  await doAlone(postgres, sweepLock, async (client) => {
    if ((await sweep()) < manyTasks) return;
    await client.query("set statement_timeout = 0");
    // Its types do not know that a query can have a timeout of its own.
    const vacuum = { text: "vacuum (skip_locked) tasks, task_logs", query_timeout: vacuumMs };
    await client.query(vacuum);
  });
}
