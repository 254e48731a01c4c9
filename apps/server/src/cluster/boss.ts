import type pg from "pg";
import { type Db, PgBoss } from "pg-boss";

/** pg-boss takes a worker for lost after no less. */
export const minHeartbeatSeconds = 10;

/** What several processes ask pg-boss to do within this time, it does once. */
const monitorSeconds = 2;

export interface BossOptions {
  /** Whether the queue's tables are made or changed, which is `connect-server migrate`'s to do. */
  migrate?: boolean;
}

/**
 * pg-boss on a pool of its own, see `openJobQueue`. It watches over no jobs by itself, which would be some ten statements every
 * few seconds in each process: `watchJobs` asks it to if there is a reason.
 */
export function createBoss(pool: pg.Pool, { migrate = false }: BossOptions = {}): PgBoss {
  return new PgBoss({
    db: fromPool(pool),
    migrate,
    createSchema: migrate,
    supervise: false,
    schedule: false,
    queueCacheIntervalSeconds: 600,
    monitorIntervalSeconds: monitorSeconds,
    maintenanceIntervalSeconds: 300,
  });
}

/** A pool as pg-boss wants it: each statement on a connection that is free. */
export function fromPool(pool: pg.Pool): Db {
  return { executeSql: (text, values) => pool.query(text, values as unknown[]) };
}
