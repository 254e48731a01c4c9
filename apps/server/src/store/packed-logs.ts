import { setImmediate as breathe } from "node:timers/promises";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type Kysely, sql, type Transaction } from "kysely";
import { compileOnce } from "./compile-once.ts";
import { mostAtOnce } from "./held-text.ts";
import { findText, writeText } from "./large-texts.ts";
import { type LogRow, type LogTable, pageBytes } from "./log-table.ts";
import { LoosePacks, type Pack } from "./loose-packs.ts";
import type { StoredText } from "./stored-text.ts";
import type { Tables } from "./tables.ts";
import type { StoredLog } from "./task-rows.ts";

/**
 * The logs of a task that were written together are one row of the table `log_packs`, compressed if they are many. A row for
 * each log takes three to five times the size of its text in SQLite: pages that are half empty, and the ids in each event.
 */
export function createPackedLogs(database: Kysely<Tables>): LogTable {
  const loose = new LoosePacks();
  const insertOne = compileOnce((...values: unknown[]) =>
    database
      .insertInto("log_packs")
      .values(Object.fromEntries(packColumns.map((name, index) => [name, values[index]])) as unknown as Pack),
  );
  /** One by one: SQLite has stored a pack sooner than a statement for several is built. */
  const insertPacks = async (transaction: Transaction<Tables>, packs: readonly Pack[]) => {
    for (const pack of packs)
      await transaction.executeQuery(insertOne(...packColumns.map((name) => pack[name])));
  };
  const nextPacks = compileOnce((taskId: string, after: number, next: number) =>
    selectPacks(database, taskId, after, next),
  );
  return {
    ...keeping,
    async read(database, taskId, after) {
      const { rows: packs } = await database.executeQuery(nextPacks(taskId, after, after + 1));
      const page: StoredLog[] = [];
      let sizeBytes = 0;
      for (const { first_id, size_bytes, logs } of packs) {
        sizeBytes += size_bytes;
        if (page.length > 0 && sizeBytes > pageBytes) return { logs: page, isLast: false };
        const pack = logs ?? (await readPack(database, taskId, first_id));
        for (const log of unpack(taskId, pack)) {
          if (log.id <= after) continue;
          page.push(log.event === elsewhere ? { ...log, event: await findEvent(database, log) } : log);
        }
      }
      return { logs: page, isLast: packs.length < packsOfPage };
    },
    async stage(database, logs) {
      const staged: LogRow[] = [];
      for (const { event, ...log } of logs) {
        const isSmall = typeof event === "string" && event.length <= mostAtOnce;
        if (!isSmall) await writeText(database, log.task_id, textName(log.id), event);
        staged.push({ ...log, event: isSmall ? event : elsewhere });
      }
      return staged;
    },
    async insert(transaction, rows) {
      const packs = packsOf(rows);
      await insertPacks(transaction, packs);
      for (const { taskId, fromId } of loose.add(packs))
        await insertPacks(transaction, await takeMerged(transaction, taskId, fromId));
    },
  };
}

const keeping: Pick<LogTable, "nextIds" | "sizes" | "remove"> = {
  async nextIds(transaction, taskIds) {
    if (taskIds.length === 0) return new Map();
    const rows = await transaction
      .selectFrom("log_packs")
      .select(({ fn }) => ["task_id", fn.max("last_id").as("last")])
      .where("task_id", "in", taskIds)
      .groupBy("task_id")
      .execute();
    return new Map(rows.map(({ task_id, last }) => [task_id, Number(last) + 1]));
  },
  async sizes(database) {
    const rows = await database
      .selectFrom("log_packs")
      .select(({ fn, ref }) => ["task_id", fn.sum(fn("octet_length", [ref("logs")])).as("bytes")])
      .groupBy("task_id")
      .execute();
    const texts = await database
      .selectFrom("task_texts")
      .select(({ fn, ref }) => ["task_id", fn.sum(fn("octet_length", [ref("text")])).as("bytes")])
      .where("name", "like", textName("%"))
      .groupBy("task_id")
      .execute();
    const sizes = new Map(rows.map(({ task_id, bytes }) => [task_id, Number(bytes)]));
    for (const { task_id, bytes } of texts) sizes.set(task_id, (sizes.get(task_id) ?? 0) + Number(bytes));
    return sizes;
  },
  async remove(database, taskId) {
    const some = database
      .selectFrom("log_packs")
      .select("first_id")
      .where("task_id", "=", taskId)
      .orderBy("first_id")
      .limit(packsRemovedAtOnce);
    const remove = database
      .deleteFrom("log_packs")
      .where("task_id", "=", taskId)
      .where("first_id", "in", some);
    while ((await remove.executeTakeFirst()).numDeletedRows > 0n) await breathe();
  },
};

/** Takes out many small ones, and answers what is to be in their place. */
async function takeMerged(
  transaction: Transaction<Tables>,
  taskId: string,
  fromId: number,
): Promise<readonly Pack[]> {
  const packs = await transaction
    .selectFrom("log_packs")
    .select("logs")
    .where("task_id", "=", taskId)
    .where("first_id", ">=", fromId)
    .orderBy("first_id")
    .execute();
  const rows = packs.flatMap(({ logs }) => unpack(taskId, logs));
  await transaction
    .deleteFrom("log_packs")
    .where("task_id", "=", taskId)
    .where("first_id", ">=", fromId)
    .execute();
  return packsOf(rows);
}

const packColumns = ["task_id", "first_id", "last_id", "size_bytes", "logs"] as const;

const packsRemovedAtOnce = 16;
/** In the place of an event that is in the table of texts; JSON never is. */
const elsewhere = "";
const textName = (id: number | "%") => `log ${id}`;
/** Characters of JSON, unless one log alone has more. */
const packCharacters = 64 * 1024;
/** Less is not worth the time, more would take too much at once. */
const isCompressed = (characters: number) => characters >= 2 * 1024 && characters <= mostAtOnce;

/** Those of one task follow each other in a pack, whatever stands between them. */
function packsOf(rows: readonly LogRow[]): Pack[] {
  const packs: Pack[] = [];
  const open = new Map<string, { rows: LogRow[]; characters: number }>();
  for (const row of rows) {
    let current = open.get(row.task_id);
    const isAlone = row.event === elsewhere;
    if (current && (isAlone || current.characters + row.event.length > packCharacters)) {
      packs.push(pack(row.task_id, current.rows));
      open.delete(row.task_id);
      current = undefined;
    }
    if (isAlone) {
      packs.push(pack(row.task_id, [row]));
      continue;
    }
    current ??= { rows: [], characters: 0 };
    current.rows.push(row);
    current.characters += row.event.length;
    open.set(row.task_id, current);
  }
  for (const [taskId, rest] of open) packs.push(pack(taskId, rest.rows));
  return packs;
}

function pack(taskId: string, rows: readonly LogRow[]): Pack {
  const [only] = rows;
  const json = rows.length === 1 && only ? lone(only) : listed(rows);
  return {
    task_id: taskId,
    first_id: rows[0]?.id ?? 0,
    last_id: rows.at(-1)?.id ?? 0,
    // What stands elsewhere is a page of its own.
    size_bytes: only?.event === elsewhere ? pageBytes + 1 : json.length,
    logs: isCompressed(json.length) ? zstdCompressSync(json, fast) : json,
  };
}

const headOf = ({ id, session_id, node_id, type, created_at }: LogRow) =>
  JSON.stringify([id, session_id, node_id, type, created_at]);

function listed(rows: readonly LogRow[]): string {
  const lines = rows.map((row) => `${headOf(row).slice(0, -1)},${row.event}]`);
  return `[${lines.join(",\n")}]`;
}

/** Its event stays apart: it may be large, and is then read without being parsed. */
function lone(row: LogRow): string {
  return `${headOf(row)}\n${row.event}`;
}

const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

type PackedHead = [number, string, string | null, string, number];
type PackedLog = [number, string, string | null, string, number, Record<string, unknown>];

function unpack(taskId: string, logs: Pack["logs"]): LogRow[] {
  const json = typeof logs === "string" ? logs : zstdDecompressSync(logs).toString();
  if (!/^\[\d/.test(json)) {
    const packed: PackedLog[] = JSON.parse(json);
    return packed.map(([id, session, node, type, at, event]) =>
      logOf(taskId, [id, session, node, type, at], JSON.stringify(event)),
    );
  }
  const end = json.indexOf("\n");
  return [logOf(taskId, JSON.parse(json.slice(0, end)), json.slice(end + 1))];
}

function logOf(
  task_id: string,
  [id, session_id, node_id, type, created_at]: PackedHead,
  event: string,
): LogRow {
  return { task_id, id, session_id, node_id, type, event, created_at };
}

/** A large pack is left out: it may be a page of its own. */
function selectPacks(database: Kysely<Tables>, taskId: string, after: number, next: number) {
  return (
    database
      .selectFrom("log_packs")
      .select(["first_id", "size_bytes"])
      .select(({ eb, ref }) =>
        eb.case().when("size_bytes", "<=", pageBytes).then(ref("logs")).end().as("logs"),
      )
      .where("task_id", "=", taskId)
      // The pack that the next one is in, which may have begun before it.
      .where("first_id", ">=", ({ selectFrom, fn, val }) =>
        selectFrom("log_packs")
          .select(({ fn: of }) => fn.coalesce(of.max("first_id"), val(0)).as("first"))
          .where("task_id", "=", taskId)
          .where("first_id", "<=", next),
      )
      .where("last_id", ">", after)
      .orderBy("first_id")
      // SQLite prepares a statement again for each value of a limit that is bound.
      .limit(sql.lit(packsOfPage))
  );
}

const packsOfPage = 64;

async function readPack(database: Kysely<Tables>, taskId: string, firstId: number): Promise<Pack["logs"]> {
  const select = database.selectFrom("log_packs").select("logs").where("task_id", "=", taskId);
  const row = await select.where("first_id", "=", firstId).executeTakeFirst();
  return row?.logs ?? "[]"; // removed meanwhile
}

function findEvent(database: Kysely<Tables>, { task_id, id }: StoredLog): Promise<StoredText> {
  return findText(database, task_id, textName(id), "{}"); // removed meanwhile
}
