import type { Kysely, Selectable, Transaction } from "kysely";
import type { Tables } from "./tables.ts";
import type { StoredLog } from "./task-rows.ts";

/** A log as it is stored at once; `event` is JSON. */
export type LogRow = Selectable<Tables["task_logs"]>;

/** How a database keeps the logs of tasks. */
export interface LogTable {
  /** Before the transaction: stores what is too large for one, and answers what is then to be inserted. */
  stage(database: Kysely<Tables>, logs: readonly StoredLog[]): Promise<readonly LogRow[]>;
  /** Logs of any number of tasks, those of one in ascending order. */
  insert(transaction: Transaction<Tables>, rows: readonly LogRow[]): Promise<void>;
  /** The next logs of a task after one of them, ascending: as many as are read well at once. */
  read(database: Kysely<Tables>, taskId: string, after: number): Promise<LogPage>;
  /** The id of the next log of those tasks that have any. */
  nextIds(transaction: Transaction<Tables>, taskIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The size of the logs of each task that has any. */
  sizes(database: Kysely<Tables>): Promise<ReadonlyMap<string, number>>;
  /** All logs of a task, some at a time if that would hold the process. */
  remove(database: Kysely<Tables>, taskId: string): Promise<void>;
}

export interface LogPage {
  logs: StoredLog[];
  /** There are no more. */
  isLast: boolean;
}

/** How much of a task's logs is read at once, unless one alone is larger. */
export const pageBytes = 256 * 1024;

/** Published clients never show a log with the id 0 (connect-api 2). Tasks of older versions begin with it, and keep their ids. */
export const firstLogId = 1;
