import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPostgres } from "@oomol/test-helpers/start-postgres";
import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import { requirePostgresUrl } from "../../src/cluster/require-postgres-url.ts";
import { migrate } from "../../src/cluster/schema.ts";
import { makeDataDirectory } from "../open-test-server.ts";
import { startClusterProcess } from "./cluster-process.ts";

const log = pino({ enabled: false });
const password = "p@ss/w#rd?%:";

afterEach(() => vi.unstubAllEnvs());

test("a password stands in the address, in the environment or in a file", async () => {
  await using folder = await makeDataDirectory();
  await using postgres = Object.assign(await startPostgres({ password }), {
    [Symbol.asyncDispose]: () => postgres.close(),
  });
  const url = new URL(postgres.urlOf("postgres"));
  await expect(migrate(url.href, log)).rejects.toThrow(
    `The database ${url.host}/postgres could not be used: it asks for a password, and there is none in its address, in PGPASSWORD or in the file that PGPASSFILE names.`,
  );

  const encoded = url.href.replace("postgres@", `postgres:${encodeURIComponent(password)}@`);
  expect(await migrate(encoded, log)).toMatch(/has schema/);
  vi.stubEnv("PGPASSWORD", password);
  expect(await migrate(url.href, log)).toMatch(/has schema/);
  vi.unstubAllEnvs();

  const file = join(folder.path, "pgpass");
  await writeFile(file, `127.0.0.1:${url.port}:*:postgres:${password.replaceAll(":", "\\:")}\n`, {
    mode: 0o600,
  });
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: url.href, PGPASSFILE: file };
  const { exited, output } = await startClusterProcess(["migrate"], env);
  expect([await exited, output.stdout]).toEqual([0, expect.stringContaining("has schema")]);
});

test.each([
  "s3cret@home",
  "s3cret/home",
  "s3cret#home",
  "s3cret?home",
  "5432/s3cret",
  "5432#s3cret",
  "a@b/c",
])(
  "an address whose password %s is not encoded is refused with what to write, and not shown",
  async (unencoded) => {
    const said = await migrate(`postgres://connect:${unencoded}@db:5432/connect`, log).catch(String);
    expect(said).toMatch(/"@" as %40, "\/" as %2F, "\?" as %3F, "#" as %23 and "%" as %25.*PGPASSWORD/);
    expect(said).not.toMatch(/s3cret|home|a@b/);
  },
);

test.each([
  "db:5432/connect",
  "mysql://connect@db/connect",
  "postgres:connect",
  "postgres://connect@db:x/connect",
])("%s is no address of a PostgreSQL", (url) => {
  expect(() => requirePostgresUrl(url)).toThrow(
    "The database must be an address like postgres://user@host:5432/name.",
  );
});

test.each([
  "postgres://db/connect",
  "postgresql://connect@db/connect",
  "postgres://connect:p%40s%2Fs@db:5432/connect?sslmode=require",
  "postgres:///connect?host=/run/postgresql",
  "postgres://connect@[::1]:5432/connect",
])("%s is one", (url) => {
  expect(() => requirePostgresUrl(url)).not.toThrow();
});
