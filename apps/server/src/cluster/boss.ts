import type pg from "pg";
import { type Db, PgBoss } from "pg-boss";

/** pg-boss takes a worker for lost after no less. */
export const minHeartbeatSeconds = 10;

/** How often pg-boss looks for jobs whose worker is silent; one process of the cluster does so at a time. */
const monitorSeconds = 3;

export interface BossOptions {
  /** Whether the queue's tables are made or changed, which is `connect-server migrate`'s to do. */
  migrate?: boolean;
}

/** pg-boss on a pool of its own, see `openJobQueue`. */
export function createBoss(pool: pg.Pool, { migrate = false }: BossOptions = {}): PgBoss {
  return new PgBoss({
    db: fromPool(pool),
    migrate,
    createSchema: migrate,
    supervise: !migrate,
    schedule: false,
    superviseIntervalSeconds: monitorSeconds,
    monitorIntervalSeconds: monitorSeconds,
    maintenanceIntervalSeconds: 300,
  });
}

/** A pool as pg-boss wants it: each statement on a connection that is free. */
export function fromPool(pool: pg.Pool): Db {
  return { executeSql: (text, values) => pool.query(text, values as unknown[]) };
}
