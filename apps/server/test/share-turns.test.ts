import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../src/store/database.ts";
import { shareTurns } from "../src/store/share-turns.ts";
import { makeDataDirectory } from "./open-test-server.ts";

async function open() {
  const data = await makeDataDirectory();
  const database = await openDatabase(data.path);
  const begun: string[] = [];
  await sql`create table "kept" ("name" text not null unique)`.execute(database);
  const transact = shareTurns(database);
  return {
    database,
    /** Who began, and after how many that he saw. */
    begun,
    keep: (name: string) =>
      transact(async (transaction) => {
        const { rows } = await sql<{ id: number }>`select count(*) as "id" from "kept"`.execute(transaction);
        begun.push(`${name} after ${rows[0]?.id}`);
        await sql`insert into "kept" values (${name})`.execute(transaction);
        return name;
      }),
    kept: async () =>
      (await sql<{ name: string }>`select "name" from "kept" order by "name"`.execute(database)).rows.map(
        ({ name }) => name,
      ),
    async [Symbol.asyncDispose]() {
      await database.destroy();
      await data[Symbol.asyncDispose]();
    },
  };
}

test("what comes in one turn is done in its order, and answered with its own result", async () => {
  await using opened = await open();
  expect(await Promise.all(["a", "b", "c"].map(opened.keep))).toEqual(["a", "b", "c"]);
  expect(opened.begun).toEqual(["a after 0", "b after 1", "c after 2"]);
  expect(await opened.keep("d")).toBe("d");
  expect(await opened.kept()).toEqual(["a", "b", "c", "d"]);
});

test("one that fails takes no other with it", async () => {
  await using opened = await open();
  await opened.keep("taken");
  const [first, second, third] = await Promise.allSettled(["a", "taken", "b"].map(opened.keep));
  expect(first).toEqual({ status: "fulfilled", value: "a" });
  expect(second).toMatchObject({ status: "rejected", reason: { message: /UNIQUE/ } });
  expect(third).toEqual({ status: "fulfilled", value: "b" });
  expect(await opened.kept()).toEqual(["a", "b", "taken"]);
});

test("nothing is answered before the transaction that holds it has ended", async () => {
  await using opened = await open();
  await sql`create table "child" ("of" text references "kept" ("name") deferrable initially deferred)`.execute(
    opened.database,
  );
  const transact = shareTurns(opened.database);
  const runs: string[] = [];
  const insert = (of: string) =>
    transact(async (transaction) => {
      runs.push(of);
      await sql`insert into "child" values (${of})`.execute(transaction);
    });
  await opened.keep("there");
  const good = insert("there").then(() => [...runs]);
  // Only the end of the transaction finds out.
  await expect(insert("missing")).rejects.toThrow(/FOREIGN KEY/);
  expect(await good).toEqual(["there", "missing", "there"]);
});
