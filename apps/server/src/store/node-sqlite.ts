import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";

/** Node's own SQLite in the shape that Kysely's dialect asks for. Statements are prepared once. */
export function openNodeSqlite(file: string): SqliteDatabase {
  const database = new DatabaseSync(file);
  try {
    // Exclusive: a second server on the same data would fail the tasks of this one.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE; COMMIT;");
  } catch (error) {
    database.close();
    throw isBusy(error)
      ? new Error(`Another server uses the data in ${file} already.`, { cause: error })
      : error;
  }
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      if (statements.size >= maxStatements) statements.clear();
      const prepared = adapt(database.prepare(sql));
      const statement = sql === "rollback" ? unlessRolledBack(database, prepared) : prepared;
      statements.set(sql, statement);
      return statement;
    },
  };
}

const maxStatements = 200;

/** SQLITE_BUSY and SQLITE_LOCKED. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (error.errcode === 5 || error.errcode === 6);
}

function adapt(statement: StatementSync): SqliteStatement {
  // Kysely types parameters as unknown; the store only binds strings, numbers and null.
  const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bind(parameters)),
    run: (parameters) => statement.run(...bind(parameters)),
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
