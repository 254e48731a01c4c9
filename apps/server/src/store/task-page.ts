import { type Kysely, sql } from "kysely";
import { pageBytes } from "./log-table.ts";
import type { Retry } from "./retry-connection.ts";
import { selectShown, toShown } from "./shown-tasks.ts";
import type { Tables } from "./tables.ts";
import { type FilteredRow, isListed, type TaskFilter } from "./task-filter.ts";
import { literalsOf } from "./task-queries.ts";
import { openStatuses, type StoredTask, unsuccessfulStatuses } from "./task-rows.ts";

export interface TaskPage {
  tasks: ListedTask[];
  /** The sequence of the last task that was looked at, listed or not: what follows is before it. */
  last: number;
}

export type ListedTask = StoredTask & { sequence: number };

/**
 * The tasks of a filter, newest first, some at a time. No statement reads more than some hundred rows or much more than a page
 * of inputs, whatever is stored, so a page may be empty although others follow.
 */
export async function* readTaskPages(
  database: Kysely<Tables>,
  filter: TaskFilter,
  retry: Retry,
): AsyncGenerator<TaskPage, void> {
  let before = filter.before ?? Number.MAX_SAFE_INTEGER;
  for (;;) {
    const candidates = await retry(() => nextCandidates(database, filter, before));
    for (const batch of batchesOf(candidates.filter((row) => isListed(row, filter)))) {
      yield* readTasks(database, batch, retry);
    }
    const last = candidates.at(-1)?.sequence;
    if (last === undefined || candidates.length < candidatesAtOnce) return;
    before = Number(last);
    yield { tasks: [], last: before };
  }
}

const candidatesAtOnce = 500;

interface Candidate {
  sequence: number;
  /** Bytes of the inputs in the row. */
  size: number;
}

/** The next rows in which tasks of the filter can be: those of an index that narrows them down, without their inputs. */
async function nextCandidates(
  database: Kysely<Tables>,
  { caller, statuses }: TaskFilter,
  before: number,
): Promise<(Candidate & FilteredRow)[]> {
  const select = database
    .selectFrom("tasks")
    .select(["sequence", "status", "block_id"])
    .select(({ fn, ref }) => fn<number>("octet_length", [ref("input_values")]).as("size"))
    .where("sequence", "<", before)
    .orderBy("sequence", "desc")
    .limit(sql.lit(candidatesAtOnce));
  const few = [openStatuses, unsuccessfulStatuses].find((some: readonly string[]) =>
    statuses?.every((status) => some.includes(status)),
  );
  if (few) {
    const ofFew = select.where("status", "in", literalsOf(few));
    // In SQLite this column stands behind the inputs, which are read to get to it.
    return (caller === undefined ? ofFew : ofFew.select("caller")).execute();
  }
  return (caller === undefined ? select : select.where("caller", "=", caller)).execute();
}

/** Rows that are read well at once. */
function* batchesOf(rows: readonly Candidate[]): Generator<Candidate[], void> {
  let batch: Candidate[] = [];
  let sizeBytes = 0;
  for (const row of rows) {
    sizeBytes += Number(row.size);
    if (batch.length > 0 && (sizeBytes > pageBytes || batch.length >= rowsAtOnce)) {
      yield batch;
      batch = [];
      sizeBytes = Number(row.size);
    }
    batch.push(row);
  }
  if (batch.length > 0) yield batch;
}

const rowsAtOnce = 100;

/** A page for each part of the rows that is large: their inputs may stand elsewhere. */
async function* readTasks(
  database: Kysely<Tables>,
  batch: readonly Candidate[],
  retry: Retry,
): AsyncGenerator<TaskPage, void> {
  const sequences = batch.map(({ sequence }) => sequence);
  const select = selectShown(database)
    .select("sequence")
    .where("sequence", "in", sequences)
    .orderBy("sequence", "desc");
  let tasks: ListedTask[] = [];
  let sizeBytes = 0;
  for (const row of await retry(() => select.execute())) {
    const task = await retry(() => toShown(database, row));
    const sequence = Number(row.sequence);
    tasks.push({ ...task, sequence });
    sizeBytes += task.inputValues.length;
    if (sizeBytes <= pageBytes) continue;
    yield { tasks, last: sequence };
    tasks = [];
    sizeBytes = 0;
  }
  const last = tasks.at(-1)?.sequence;
  if (last !== undefined) yield { tasks, last };
}
