import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";
import { loadSqlite } from "./load-sqlite.ts";

/** When a transaction counts as stored: `full` when the disk says that it has it, `normal` when the system has. */
export type SqliteSync = "full" | "normal";

/** Node's own SQLite in the shape that Kysely's dialect asks for. Statements are prepared once. */
export function openNodeSqlite(file: string, sync: SqliteSync = "normal"): SqliteDatabase {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(file);
  try {
    // Exclusive: a second server on the same data would fail the tasks of this one.
    database.exec(
      `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${sync}; PRAGMA wal_autocheckpoint = ${checkpointPages};`,
    );
    database.exec("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE; COMMIT;");
  } catch (error) {
    database.close();
    throw isBusy(error)
      ? new Error(
          `Another server uses the data in ${file} already. Stop it, or give this one another folder (--data).`,
          { cause: error },
        )
      : explainDamage(error, file);
  }
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      if (statements.size >= maxStatements) statements.clear();
      const prepared = adapt(
        explained(file, () => database.prepare(sql)),
        file,
      );
      const statement = sql === "rollback" ? unlessRolledBack(database, prepared) : prepared;
      statements.set(sql, statement);
      return statement;
    },
  };
}

const maxStatements = 200;

/**
 * So many pages of 4 KiB the log of changes may hold before they are moved into the file, which waits for the disk with everything
 * else: short tasks write a dozen each, most of them the same.
 */
const checkpointPages = 4_000;

/** SQLITE_BUSY and SQLITE_LOCKED. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (error.errcode === 5 || error.errcode === 6);
}

/** SQLITE_CORRUPT and SQLITE_NOTADB say neither which file it is nor what to do. */
function explainDamage(error: unknown, file: string): unknown {
  const isDamage =
    error instanceof Error && "errcode" in error && [11, 26].includes(Number(error.errcode) & 0xff);
  if (!isDamage) return error;
  return new Error(
    `The database ${file} is damaged (${error.message}). Stop the server and keep a copy of the file with its -wal; then rescue what is in it (sqlite3 connect.db .recover | sqlite3 rescued.db) and put that in its place without a -wal, put a backup there, or give the server another folder with --data.`,
    { cause: error },
  );
}

function explained<Result>(file: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw explainDamage(error, file);
  }
}

function adapt(statement: StatementSync, file: string): SqliteStatement {
  // Kysely types parameters as unknown; the store only binds strings, numbers and null.
  const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => explained(file, () => statement.all(...bind(parameters))),
    run: (parameters) => explained(file, () => statement.run(...bind(parameters))),
    iterate: (parameters) => statement.iterate(...bind(parameters)),
  };
}

/** A full disk, for instance, makes SQLite roll back by itself; doing so again would fail, and hide why. */
function unlessRolledBack(database: DatabaseSync, rollback: SqliteStatement): SqliteStatement {
  const nothing = { changes: 0, lastInsertRowid: 0 };
  return {
    ...rollback,
    run: (parameters) => (database.isTransaction ? rollback.run(parameters) : nothing),
  };
}
