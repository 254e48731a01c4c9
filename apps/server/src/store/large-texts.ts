import { setImmediate as breathe } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";
import type { TaskRow } from "./task-rows.ts";

/**
 * Large inputs of tasks stand in rows of their own in SQLite, which writes a row anew with each change of one of its columns. They
 * are written in parts, so that the process has time for others between them. In PostgreSQL a large column does both itself.
 */
const largeColumns = ["input_values", "inputs"] as const;

type LargeColumn = (typeof largeColumns)[number];

/** Stands in the row for a text that is elsewhere; JSON never is. */
const elsewhere = "";

const mostInRow = 64 * 1024;
const partCharacters = 1024 * 1024;

/** Whether the row is to be stored by {@link insertWithTexts}. */
export function hasLargeTexts(row: TaskRow): boolean {
  return largeColumns.some((name) => row[name].length > mostInRow);
}

/** Stores a task with its large texts, all or nothing; false if it, or its idempotency key, is there. */
export function insertWithTexts(database: Kysely<Tables>, row: TaskRow): Promise<boolean> {
  const large = largeColumns.filter((name) => row[name].length > mostInRow);
  const places = Object.fromEntries(large.map((name) => [name, elsewhere]));
  return database.transaction().execute(async (transaction) => {
    const insert = transaction.insertInto("tasks").values({ ...row, ...places });
    const { numInsertedOrUpdatedRows } = await insert
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) return false;
    for (const name of large) {
      for (const [part, text] of partsOf(row[name]).entries()) {
        await transaction.insertInto("task_texts").values({ task_id: row.id, name, part, text }).execute();
        await breathe();
      }
    }
    return true;
  });
}

/** The row as it was given, with the texts that are elsewhere in their place. */
export async function withTexts<Row extends { id: string } & { [Name in LargeColumn]?: string }>(
  database: Kysely<Tables>,
  row: Row,
): Promise<Row> {
  const filled = { ...row };
  for (const name of largeColumns) {
    if (row[name] === elsewhere) Object.assign(filled, { [name]: await readText(database, row.id, name) });
  }
  return filled;
}

async function readText(database: Kysely<Tables>, id: string, name: LargeColumn): Promise<string> {
  const select = database.selectFrom("task_texts").select("text").where("task_id", "=", id);
  const rows = await select.where("name", "=", name).orderBy("part").execute();
  await breathe();
  if (rows.length === 0) return name === "inputs" ? "{}" : "[]"; // removed meanwhile
  return rows.map(({ text }) => text).join("");
}

export async function removeTexts(database: Kysely<Tables>, taskId: string): Promise<void> {
  await database.deleteFrom("task_texts").where("task_id", "=", taskId).execute();
}

function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + partCharacters, text.length);
    // Half a character cannot be stored.
    if (isHighSurrogate(text.charCodeAt(end - 1)) && end < text.length) end -= 1;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

export async function createTextsTable(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("task_texts")
    .addColumn("task_id", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("part", "integer", (column) => column.notNull())
    .addColumn("text", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("task_texts_key", ["task_id", "name", "part"] as never)
    .execute();
}
