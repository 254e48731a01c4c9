import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../src/store/database.ts";
import { makeDataDirectory, openTestServer } from "./open-test-server.ts";

test("a file that is no database is named, with what to do", async () => {
  await using data = await makeDataDirectory();
  await mkdir(data.path, { recursive: true });
  const file = join(data.path, "connect.db");
  await writeFile(file, "something else ".repeat(1_000));
  await expect(openTestServer({ dataDirectory: data.path })).rejects.toThrow(
    `The database ${file} is damaged (file is not a database). Stop the server and keep a copy of the file with its -wal; then rescue what is in it`,
  );
});

test("a database with a damaged page is named, with what to do", async () => {
  await using data = await makeDataDirectory();
  const server = await openTestServer({ dataDirectory: data.path });
  await server.waitForEnd(await server.start("lab::shout", { text: "x" }));
  await server[Symbol.asyncDispose]();
  const file = join(data.path, "connect.db");
  await using handle = await open(file, "r+");
  const { size } = await handle.stat();
  // Not the first page: it says that this is a database at all.
  await handle.write(Buffer.alloc(size - 4_096, 0xa5), 0, size - 4_096, 4_096);
  await expect(openTestServer({ dataDirectory: data.path })).rejects.toThrow(
    new RegExp(`^The database ${file} is damaged \\(database disk image is malformed\\)`),
  );
});

test.each([
  [undefined, 1],
  ["normal", 1],
  ["full", 2],
] as const)("with sync %s SQLite is told %i", async (sync, expected) => {
  await using data = await makeDataDirectory();
  const database = await openDatabase(data.path, sync);
  const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(database);
  await database.destroy();
  expect(rows).toEqual([{ synchronous: expected }]);
});
