import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makePostgresFolder, runPostgres, type TestPostgres } from "./run-postgres.ts";

export type { TestPostgres } from "./run-postgres.ts";

export interface TestPostgresOptions {
  /** Writes as a real one does, which a test that never kills it can do without. */
  isDurable?: boolean;
  /** Who it belongs to; `postgres` by default. */
  user?: string;
  /** Without which it lets nobody in; everybody by default. No address that it names holds it. */
  password?: string;
  /** Besides its own, `work_mem=8MB` for instance. */
  settings?: readonly string[];
}

/** A PostgreSQL server of its own on a free port of this machine, with an empty data directory; gone when it is closed. */
export async function startPostgres({
  isDurable = false,
  user: owner = "postgres",
  password,
  settings: further = [],
}: TestPostgresOptions = {}): Promise<TestPostgres> {
  const folder = makePostgresFolder();
  const { programs, directory, user, data } = folder;
  const passwordFile = join(directory, "password");
  if (password !== undefined) await writeFile(passwordFile, password);
  if (password !== undefined && user) chownSync(passwordFile, user.uid, user.gid);
  const options = [
    ...["--no-sync", `--username=${owner}`, "--encoding=UTF8", "--locale=C"],
    ...(password === undefined ? ["--auth=trust"] : ["--auth=scram-sha-256", `--pwfile=${passwordFile}`]),
  ];
  execFileSync(join(programs, "initdb"), [...options, "--pgdata", data], {
    ...user,
    cwd: directory,
    stdio: "pipe",
  });

  const settings = [
    ...(isDurable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
    ...further,
  ];
  return runPostgres(folder, owner, settings);
}
