import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { expect, test } from "vitest";
import { migrations } from "../src/store/migrations.ts";
import { openNodeSqlite } from "../src/store/node-sqlite.ts";
import { makeDataDirectory, openTestServer } from "./open-test-server.ts";

const versions = Object.keys(migrations);

const event = '{"type":"SessionFinished","session_id":"s"}';
const logRow = `insert into task_logs (task_id, id, session_id, node_id, type, event, created_at)
    values ('done', 0, 's', null, 'SessionFinished', '${event}', 2)`;
const logPack = `insert into log_packs (task_id, first_id, last_id, size_bytes, logs)
    values ('done', 0, 0, 90, '[[0,"s",null,"SessionFinished",2,${event}]]')`;

test.each(versions.slice(0, -1))(
  "opens a database as %s left it, with its tasks and their logs",
  async (version) => {
    await using data = await makeDataDirectory();
    const file = join(data.path, "connect.db");
    await migrateTo(file, version);
    write(
      file,
      `
    insert into tasks (id, status, block_id, package_version, session_id, input_values, inputs, created_at, updated_at)
    values ('done', 'completed', 'lab::shout', '0.2.0', 's', '[]', '{}', 1, 2),
           ('waiting', 'created', 'lab::shout', '0.2.0', null, '[]', '{"text":"x","mark":"!"}', 3, 3);
    ${version < "007" ? logRow : logPack};`,
    );

    await using server = await openTestServer({ dataDirectory: data.path });
    expect(await server.waitForEnd("waiting")).toMatchObject({ status: "completed" });
    expect(await server.waitForEnd("done")).toMatchObject({ status: "completed" });
    expect(await server.logs("done")).toMatchObject([{ id: 0, type: "SessionFinished" }]);
  },
);

test("a task that an older version has begun goes on behind the ids of its logs, which begin with 0", async () => {
  await using data = await makeDataDirectory();
  const file = join(data.path, "connect.db");
  await migrateTo(file, versions.at(-1) ?? "");
  write(
    file,
    `insert into tasks (id, status, block_id, package_version, session_id, input_values, inputs, attempt, created_at, updated_at)
    values ('done', 'running', 'lab::shout', '0.2.0', 's', '[]', '{"text":"x","mark":"!"}', 1, 1, 2);
    ${logPack};`,
  );
  await using server = await openTestServer({ dataDirectory: data.path, rerunInterrupted: true });
  expect(await server.waitForEnd("done")).toMatchObject({ status: "completed" });
  const logs = await server.logs("done");
  expect(logs.map(({ id }) => id)).toEqual(logs.map((_, index) => index));
  expect(logs.length).toBeGreaterThan(3);
});

test("leaves a database alone that a newer version has changed, and says so", async () => {
  await using data = await makeDataDirectory();
  const file = join(data.path, "connect.db");
  await migrateTo(file, versions.at(-1) ?? "");
  write(file, "insert into kysely_migration (name, timestamp) values ('999-later', '2030-01-01')");
  await expect(openTestServer({ dataDirectory: data.path })).rejects.toThrow(
    `A newer version of the server has changed the data in ${file} (999-later), so this one cannot use it.`,
  );
});

async function migrateTo(file: string, version: string): Promise<void> {
  const dialect = new SqliteDialect({ database: openNodeSqlite(file) });
  const database = new Kysely({ dialect });
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateTo(version);
  await database.destroy();
  if (error !== undefined) throw error;
}

function write(file: string, statements: string): void {
  const database = new DatabaseSync(file);
  database.exec(statements);
  database.close();
}
