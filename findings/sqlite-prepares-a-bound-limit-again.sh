#!/usr/bin/env bash
# node:sqlite of Node.js 26.10.0 (SQLite 3.53.4): a prepared statement whose LIMIT is a parameter is prepared again each time it
# runs, also with the value that it had before; WHERE and OFFSET may be parameters. Query builders bind every LIMIT (Kysely
# 0.29.9 here), so a statement that was kept to save its preparation is prepared in silence all the same. Write a limit that
# never changes as a literal (`sql.lit`). The hook that SQLite asks about each part of a statement it prepares counts them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund node@26.10.0 kysely@0.29.9 > /dev/null

cat > limit.mjs <<'JS'
import { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteAdapter, SqliteQueryCompiler, DummyDriver, sql } from "kysely";

const database = new DatabaseSync(":memory:");
database.exec("create table logs (id integer primary key, text text)");
const kysely = new Kysely({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: () => undefined,
  },
});
let asked = 0;
database.setAuthorizer(() => {
  asked += 1;
  return 0;
});

function countFor(query) {
  const { sql: text, parameters } = query.compile();
  const statement = database.prepare(text);
  const first = asked;
  for (let run = 0; run < 100; run += 1) statement.all(...parameters);
  console.log(`${text}: ${(asked - first) / 100} questions a run`);
  asked = 0;
}

const select = kysely.selectFrom("logs").select("text").where("id", ">", 5);
countFor(select.limit(sql.lit(64)));
countFor(select.limit(sql.lit(64)).offset(3));
countFor(select.limit(64));
JS

node_modules/node/bin/node limit.mjs 2> /dev/null | tee seen.txt
diff seen.txt - <<'SEEN'
select "text" from "logs" where "id" > ? limit 64: 0 questions a run
select "text" from "logs" where "id" > ? limit 64 offset ?: 0 questions a run
select "text" from "logs" where "id" > ? limit ?: 3 questions a run
SEEN
# Seen on 2026-11-29, Node.js 26.10.0.
