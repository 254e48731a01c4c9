import { type Kysely, sql } from "kysely";
import { hasFailed } from "./migrations.ts";
import type { Tables } from "./tables.ts";
import { literalsOf } from "./task-queries.ts";
import { openStatuses } from "./task-rows.ts";

/** What operators ask: each statement reads an index that stays small, or a bounded part of one. */
export interface QueueCounts {
  pending: number;
  running: number;
  /** The one that was accepted first of those that wait. */
  oldest: WaitingTask | undefined;
}

export interface WaitingTask {
  id: string;
  blockId: string;
  packageVersion: string;
  createdAt: number;
}

export async function readQueue(database: Kysely<Tables>): Promise<QueueCounts> {
  const groups = await database
    .selectFrom("tasks")
    .select(({ fn }) => ["status", fn.countAll<number>().as("count"), fn.min("sequence").as("first")])
    .where("status", "in", literalsOf(openStatuses))
    .groupBy("status")
    .execute();
  const of = (status: string) => groups.find((group) => group.status === status);
  const first = of("pending")?.first;
  const row =
    first === undefined
      ? undefined
      : await database
          .selectFrom("tasks")
          .select(["id", "block_id", "package_version", "created_at"])
          .where("sequence", "=", first)
          .executeTakeFirst();
  return {
    pending: Number(of("pending")?.count ?? 0),
    running: Number(of("running")?.count ?? 0),
    oldest: row && {
      id: row.id,
      blockId: row.block_id,
      packageVersion: row.package_version,
      createdAt: row.created_at,
    },
  };
}

export interface BlockFailures {
  blockId: string;
  count: number;
  /** When the last of them ended, in epoch milliseconds. */
  lastAt: number;
}

/** So many failures are counted, the latest ones. */
export const mostFailures = 10_000;

/** Tasks that have failed since a time, at most {@link mostFailures}, by block: from an index that holds all that is asked for. */
export async function readFailures(database: Kysely<Tables>, sinceMs: number): Promise<BlockFailures[]> {
  const rows = await database
    .selectFrom((from) =>
      from
        .selectFrom("tasks")
        .select(["block_id", "updated_at"])
        .where(hasFailed)
        .where("updated_at", ">", sinceMs)
        .orderBy("updated_at", "desc")
        .limit(sql.lit(mostFailures))
        .as("latest"),
    )
    .select(({ fn }) => [
      "block_id",
      fn.countAll<number>().as("count"),
      fn.max<number>("updated_at").as("last_at"),
    ])
    .groupBy("block_id")
    .orderBy("count", "desc")
    .orderBy("last_at", "desc")
    .execute();
  return rows.map(({ block_id, count, last_at }) => ({
    blockId: block_id,
    count: Number(count),
    lastAt: Number(last_at),
  }));
}
