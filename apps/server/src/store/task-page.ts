import type { Kysely } from "kysely";
import { withTexts } from "./large-texts.ts";
import { pageBytes } from "./log-table.ts";
import type { Tables } from "./tables.ts";
import { type StoredTask, taskColumns, toTask } from "./task-rows.ts";

export interface TaskPage {
  tasks: StoredTask[];
  /** The sequence of the last of them: the next page is before it. */
  last: number;
  /** There are no more. */
  isLast: boolean;
}

/** The newest tasks before one of them, of one caller or all, `limit` at most. Large inputs are read one by one: many at once would be too much. */
export async function readTaskPage(
  database: Kysely<Tables>,
  before: number,
  limit: number,
  caller: string | undefined,
): Promise<TaskPage> {
  const count = Math.min(limit, tasksOfPage);
  const rows = await nextRows(database, before, count, caller);
  const tasks: StoredTask[] = [];
  let sizeBytes = 0;
  for (const { sequence, input_values, ...row } of rows) {
    if (tasks.length > 0 && sizeBytes > pageBytes) return { tasks, last: before, isLast: false };
    const values = input_values ?? (await readInputs(database, row.id));
    const whole = await withTexts(database, { ...row, input_values: values });
    sizeBytes += whole.input_values.length;
    tasks.push(toTask(whole));
    before = Number(sequence);
  }
  return { tasks, last: before, isLast: rows.length < count };
}

const tasksOfPage = 100;

function nextRows(database: Kysely<Tables>, before: number, count: number, caller: string | undefined) {
  const select = database
    .selectFrom("tasks")
    .select(["sequence", ...columns])
    .select(({ eb, fn, ref }) =>
      eb
        .case()
        .when(fn<number>("length", [ref("input_values")]), "<=", largeInputs)
        .then(ref("input_values"))
        .end()
        .as("input_values"),
    )
    .where("sequence", "<", before)
    .orderBy("sequence", "desc")
    .limit(count);
  return (caller === undefined ? select : select.where("caller", "=", caller)).execute();
}

const columns = taskColumns.filter((column) => column !== "input_values");
/** Characters. */
const largeInputs = 16 * 1024;

async function readInputs(database: Kysely<Tables>, id: string): Promise<string> {
  const select = database.selectFrom("tasks").select("input_values").where("id", "=", id);
  return (await select.executeTakeFirst())?.input_values ?? "[]"; // removed meanwhile
}
