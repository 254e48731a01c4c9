import pg from "pg";
import { pino } from "pino";
import { expect, test } from "vitest";
import { schemaVersion } from "../../src/cluster/postgres-migrations.ts";
import { migrate } from "../../src/cluster/schema.ts";
import { startApi } from "../../src/serve/start-api.ts";
import { startWorker } from "../../src/serve/start-worker.ts";
import { fixturePackages, makeDataDirectory } from "../open-test-server.ts";
import { startClusterProcess } from "./cluster-process.ts";
import { makeEmptyDatabase, makeTestDatabase } from "./test-database.ts";

const log = pino({ enabled: false });
const newer = schemaVersion + 1;

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  return await client
    .query<Row>(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

/** Starts both kinds of processes, which must agree. */
async function startBoth(database: string): Promise<string[]> {
  await using files = await makeDataDirectory();
  const shared = { database, files: files.path, port: 0 };
  const starting = [startApi(shared), startWorker({ ...shared, packages: [fixturePackages] })];
  const started = await Promise.allSettled(starting);
  for (const one of started) if (one.status === "fulfilled") await one.value.close();
  return started.map((one) => (one.status === "fulfilled" ? "started" : String(one.reason.message)));
}

test("several may migrate at once, and again", async () => {
  await using database = await makeEmptyDatabase();
  const said = await Promise.all(Array.from({ length: 3 }, () => migrate(database.url, log)));
  said.push(await migrate(database.url, log));
  for (const sentence of said)
    expect(sentence.replace(/127\.0\.0\.1:\d+\/test_\w+/, "X")).toBe(
      `The database X has schema ${schemaVersion}.`,
    );
  expect(await query(database.url, "select version from schema_info")).toEqual([{ version: schemaVersion }]);
  expect(await startBoth(database.url)).toEqual(["started", "started"]);
});

test("a database without a schema is refused with what to do, by the programs too", async () => {
  await using database = await makeEmptyDatabase();
  const sentence = `The database has no schema yet, but this version of connect-server needs schema ${schemaVersion}: run "connect-server migrate" first.`;
  expect(await startBoth(database.url)).toEqual([sentence, sentence]);
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: database.url, OOMOL_CONNECT_FILES: "/tmp" };
  const { output, exited } = await startClusterProcess(["api", "--port", "0"], env);
  expect([await exited, output]).toEqual([1, { stdout: "", stderr: `${sentence}\n` }]);
});

test("a database that cannot be used is named, without user and password", async () => {
  await using database = await makeEmptyDatabase();
  const advice = "Does it run, and are address, user and password right?";
  const absent = Object.assign(new URL(database.url), { pathname: "/absent", password: "s3cret" });
  const noDatabase = `The database ${absent.host}/absent could not be used: database "absent" does not exist. ${advice}`;
  expect(await startBoth(absent.href)).toEqual([noDatabase, noDatabase]);
  const nobody = "postgres://someone:s3cret@127.0.0.1:1/connect";
  const refused = `The database 127.0.0.1:1/connect could not be used: connect ECONNREFUSED 127.0.0.1:1. ${advice}`;
  await expect(migrate(nobody, log)).rejects.toThrow(refused);
});

test("an older schema is refused with what to do, and migrate brings it up to date", async () => {
  await using database = await makeTestDatabase();
  await query(database.url, "update schema_info set version = 0");
  const sentence = `The database has schema 0, but this version of connect-server needs schema ${schemaVersion}: run "connect-server migrate" first.`;
  expect(await startBoth(database.url)).toEqual([sentence, sentence]);
  await migrate(database.url, log);
  expect(await startBoth(database.url)).toEqual(["started", "started"]);
});

test("a newer schema is worked with while it allows that, and left as it is by migrate", async () => {
  await using database = await makeTestDatabase();
  await query(database.url, `update schema_info set version = ${newer}, compatible_from = 1`);
  expect(await migrate(database.url, log)).toContain(`has schema ${newer}.`);
  expect(await startBoth(database.url)).toEqual(["started", "started"]);
});

test("a newer schema that has left this version behind is refused with what to do", async () => {
  await using database = await makeTestDatabase();
  await query(database.url, `update schema_info set version = ${newer + 1}, compatible_from = ${newer}`);
  const sentence = `The database has schema ${newer + 1}, which this version of connect-server does not know: it knows schema ${schemaVersion}, and ${newer} is the oldest that still works. Start a newer version.`;
  expect(await startBoth(database.url)).toEqual([sentence, sentence]);
});
