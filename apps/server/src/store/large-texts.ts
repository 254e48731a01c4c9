import { setImmediate as breathe } from "node:timers/promises";
import { piecesOf } from "@oomol/connect-shared/text-pieces";
import { type Kysely, sql } from "kysely";
import { releaseMemory } from "../release-memory.ts";
import { retryConnection } from "./retry-connection.ts";
import {
  ComingText,
  type LargeText,
  type StoredText,
  type TextInParts,
  type TextPart,
} from "./stored-text.ts";
import type { Tables } from "./tables.ts";
import type { TaskRow } from "./task-rows.ts";

/**
 * Large inputs of tasks stand in rows of their own in SQLite, which writes a row anew with each change of one of its columns. They
 * are written in parts, so that the process has time for others between them, as are logs that are large. In PostgreSQL a large column does both itself.
 */
const largeColumns = ["input_values", "inputs"] as const;

/** Stands in the row for a text that is elsewhere; JSON never is. */
export const elsewhere = "";

const mostInRow = 64 * 1024;
const partCharacters = 256 * 1024;
const partsRemovedAtOnce = 8;
const partsMovedAtOnce = 4;

/** A row whose inputs may still be on their way. */
export type ComingRow = Omit<TaskRow, (typeof largeColumns)[number]> &
  Record<(typeof largeColumns)[number], string | ComingText>;

/** Whether all of a row can be written at once; otherwise it is to be stored by {@link insertWithTexts}. */
export function isSmallRow(row: ComingRow): row is TaskRow {
  return !largeColumns.some((name) => isLarge(row[name]));
}

const isLarge = (text: string | ComingText) => text instanceof ComingText || text.length > mostInRow;

/** Stores a task with its large texts, these first; false if it, or its idempotency key, is there: what `insert` answers. */
export async function insertWithTexts(
  database: Kysely<Tables>,
  row: ComingRow,
  insert: (row: TaskRow) => Promise<boolean>,
): Promise<boolean> {
  const large = largeColumns.filter((name) => isLarge(row[name]));
  // What stays is no large text, and so no `ComingText`.
  const placed = { ...row, ...Object.fromEntries(large.map((name) => [name, elsewhere])) } as TaskRow;
  let isNew = false;
  try {
    for (const name of large) await writeText(database, row.id, name, row[name]);
    isNew = await insert(placed);
    return isNew;
  } finally {
    if (!isNew) await removeStrayTexts(database, row.id).catch(() => undefined); // at the next start
  }
}

/**
 * Stores a text in parts, for a row that is written afterwards. Each part is a transaction of its own: what SQLite does at its end
 * takes time that grows with what is in it, and holds the process.
 */
export async function writeText(
  database: Kysely<Tables>,
  taskId: string,
  name: string,
  text: string | TextInParts,
): Promise<void> {
  let part = 0;
  for await (const piece of typeof text === "string" ? piecesOf(text, partCharacters) : text.parts()) {
    const values = { task_id: taskId, name, part, text: asText(piece) };
    // An earlier try may have stored it.
    await database.replaceInto("task_texts").values(values).execute();
    if (typeof piece !== "string") releaseMemory(piece);
    part += 1;
    await breathe();
    if (part % partsMovedAtOnce === 0) await moveIntoFile(database);
  }
}

/**
 * What was written is moved from the log of changes into the file. SQLite does so by itself, but with much more at once, which holds the
 * process as long as the disk takes.
 */
async function moveIntoFile(database: Kysely<Tables>): Promise<void> {
  await sql`pragma wal_checkpoint(passive)`.execute(database);
  await breathe();
}

/** Bytes are bound as they are, and taken for text. */
function asText(piece: TextPart) {
  return typeof piece === "string" ? piece : sql<string>`cast(${piece} as text)`;
}

/** A text that {@link writeText} has stored, or `otherwise` if it is not there any more. */
export async function findText(
  database: Kysely<Tables>,
  taskId: string,
  name: string,
  otherwise: string,
): Promise<StoredText> {
  const ofText = database.selectFrom("task_texts").where("task_id", "=", taskId).where("name", "=", name);
  const { count, length } = await ofText
    .select(({ fn, ref }) => [
      fn.countAll<number>().as("count"),
      // The characters would have to be read to be counted.
      fn.sum<number>(fn("octet_length", [ref("text")])).as("length"),
    ])
    .executeTakeFirstOrThrow();
  if (count === 0) return otherwise;
  return {
    length,
    async *parts() {
      for (let part = 0; part < count; part += 1) {
        // As bytes: they are sent as they are stored, and no text is left to be collected.
        const bytes = sql<Uint8Array>`cast(text as blob)`.as("bytes");
        const row = await ofText.select(bytes).where("part", "=", part).executeTakeFirst();
        if (row === undefined) throw removedMeanwhile(taskId);
        yield row.bytes;
        await breathe();
      }
    },
  };
}

/** A large text that stands in a row, all of it; the query answers so many of its characters from one on, which is at least 1. */
export function textInRow(
  taskId: string,
  length: number,
  readPart: (from: number, characters: number) => Promise<{ text: string } | undefined>,
): LargeText {
  return {
    length,
    async *parts() {
      for (let from = 1; ; from += partCharacters) {
        const row = await retryConnection(() => readPart(from, partCharacters));
        if (row === undefined) throw removedMeanwhile(taskId);
        if (row.text === "") return;
        yield row.text;
      }
    },
  };
}

/** Whoever reads it has the beginning already. */
function removedMeanwhile(taskId: string): Error {
  return new Error(`The task "${taskId}" was removed while it was read.`);
}

/** Some parts at a time: what SQLite does for each of their pages holds the process. */
export async function removeTexts(database: Kysely<Tables>, taskId: string): Promise<void> {
  const remove = () =>
    sql`delete from task_texts where rowid in (select rowid from task_texts where task_id = ${taskId} limit ${partsRemovedAtOnce})`.execute(
      database,
    );
  while (((await remove()).numAffectedRows ?? 0n) > 0n) await breathe();
}

/** Texts whose row was not written: of one task, or of all. Nobody may be writing one of them. */
export async function removeStrayTexts(database: Kysely<Tables>, taskId?: string): Promise<void> {
  const stray = database
    .deleteFrom("task_texts")
    .where("task_id", "not in", ({ selectFrom }) => selectFrom("tasks").select("id"));
  await (taskId === undefined ? stray : stray.where("task_id", "=", taskId)).execute();
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
