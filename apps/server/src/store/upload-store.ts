import { type Kysely, type Selectable, sql } from "kysely";
import { type Retry, retryConnection } from "./retry-connection.ts";
import type { Tables } from "./tables.ts";

/** An upload that no task has taken. */
export interface StoredUpload {
  id: string;
  /** Whose it is. */
  caller: string;
  /** How many bytes it is to have, once that is known. */
  length: number | undefined;
  /** As its maker sent it. */
  metadata: string;
  /** What the storage of files knows it by. */
  place: string | undefined;
  /** When something was last written to it. */
  touchedAt: number;
}

/** What somebody has here. */
export interface UploadTotals {
  count: number;
  /** That they have, or will have. */
  bytes: number;
}

/** What is known of uploads; how much of one is there, its storage tells. */
export class UploadStore {
  readonly #database: Kysely<Tables>;
  readonly #now: () => number;
  readonly #retry: Retry = (run) => retryConnection(run);

  constructor(database: Kysely<Tables>, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  async create({ id, caller, length, metadata }: Omit<StoredUpload, "place" | "touchedAt">): Promise<void> {
    const insert = this.#database
      .insertInto("uploads")
      .values({
        id,
        caller,
        length: length ?? null,
        reserved: length ?? 0,
        metadata,
        place: null,
        touched_at: this.#now(),
        turn: null,
        turn_until: null,
      })
      // From an attempt whose answer was lost.
      .onConflict((conflict) => conflict.doNothing());
    await this.#retry(() => insert.execute());
  }

  /** Those that are there and that no task has taken. */
  async find(ids: readonly string[]): Promise<StoredUpload[]> {
    if (ids.length === 0) return [];
    const select = untaken(this.#database).selectAll("uploads").where("id", "in", ids);
    return (await this.#retry(() => select.execute())).map(toUpload);
  }

  async set(id: string, known: { place?: string; length?: number }): Promise<void> {
    const { length } = known;
    const values = { ...known, ...(length !== undefined && { reserved: length }) };
    const update = this.#database.updateTable("uploads").set(values).where("id", "=", id);
    await this.#retry(() => update.execute());
  }

  /** Notes that something was written to it just now. */
  async touch(id: string): Promise<void> {
    const update = this.#database.updateTable("uploads").set({ touched_at: this.#now() });
    await this.#retry(() => update.where("id", "=", id).execute());
  }

  /** Counts so many bytes for one whose length is not known yet. */
  async reserve(id: string, bytes: number): Promise<void> {
    const update = this.#database.updateTable("uploads").set({ reserved: bytes });
    await this.#retry(() => update.where("id", "=", id).where("length", "is", null).execute());
  }

  /** Of a caller, or of all. */
  async totals(caller?: string): Promise<UploadTotals> {
    const select = untaken(this.#database)
      .$if(caller !== undefined, (query) => query.where("caller", "=", caller ?? ""))
      .select(({ fn }) => [fn.countAll<number>().as("count"), fn.sum<number | null>("reserved").as("bytes")]);
    const { count, bytes } = await this.#retry(() => select.executeTakeFirstOrThrow());
    return { count: Number(count), bytes: Number(bytes ?? 0) };
  }

  /** Those that a task has taken, or to which nothing was written since, in the order of their ids behind one of them. */
  async listOver(since: number, after: string, count: number): Promise<OverUpload[]> {
    const select = this.#database
      .selectFrom("uploads")
      .leftJoin("taken_uploads", "upload_id", "id")
      .selectAll("uploads")
      .select("task_id")
      .where((where) => where.or([where("touched_at", "<", since), where("upload_id", "is not", null)]))
      .where("id", ">", after)
      .orderBy("id")
      .limit(count);
    const rows = await this.#retry(() => select.execute());
    return rows.map((row) => ({ ...toUpload(row), isTaken: row.task_id !== null }));
  }

  async remove(id: string): Promise<void> {
    const remove = this.#database.deleteFrom("uploads").where("id", "=", id);
    await this.#retry(() => remove.execute());
  }
}

/** One that nobody needs any more. */
export type OverUpload = StoredUpload & { isTaken: boolean };

/** Whether all of them are there, and no task has taken one. */
export async function areUntaken(database: Kysely<Tables>, ids: readonly string[]): Promise<boolean> {
  const select = untaken(database).where("id", "in", ids);
  const { count } = await select
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count) === ids.length;
}

/** Rejects if one of them is not there, or taken. */
export async function takeUploads(
  database: Kysely<Tables>,
  taskId: string,
  ids: readonly string[],
): Promise<void> {
  const rows = ids.map((id) => ({ upload_id: id, task_id: taskId }));
  await database.insertInto("taken_uploads").values(rows).execute();
}

function untaken(database: Kysely<Tables>) {
  return database
    .selectFrom("uploads")
    .where(sql<boolean>`not exists (select 1 from taken_uploads where upload_id = uploads.id)`);
}

function toUpload(row: Selectable<Tables["uploads"]>): StoredUpload {
  const { id, caller, length, metadata, place, touched_at: touchedAt } = row;
  return { id, caller, length: length ?? undefined, metadata, place: place ?? undefined, touchedAt };
}
