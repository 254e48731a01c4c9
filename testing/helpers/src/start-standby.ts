import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { makePostgresFolder, runPostgres, type TestPostgres } from "./run-postgres.ts";

const run = promisify(execFile);

export interface TestStandby extends TestPostgres {
  /** Makes it take writes; whoever kept its primary from working has done so before. */
  promote(): Promise<void>;
}

/**
 * A replica of a PostgreSQL that lets everybody in. It is synchronous: from now on the primary answers no commit that the
 * replica does not have.
 */
export async function startStandby(primary: TestPostgres): Promise<TestStandby> {
  const folder = makePostgresFolder();
  const source = primary.urlOf("postgres");
  const copy = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"];
  await run(join(folder.programs, "pg_basebackup"), ["--pgdata", folder.data, "--dbname", source, ...copy], {
    ...folder.user,
    cwd: folder.directory,
  });
  const standby = await runPostgres(folder, new URL(source).username, []);
  const query = async (url: string, ...statements: string[]) => {
    const commands = statements.flatMap((one) => ["--command", one]);
    const flags = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
    return (await run(join(folder.programs, "psql"), [...flags, ...commands, url])).stdout.trim();
  };
  await query(source, "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()");
  while ((await query(source, "select sync_state from pg_stat_replication")) !== "sync") await delay(50);
  return {
    ...standby,
    promote: async () => void (await query(standby.urlOf("postgres"), "select pg_promote()")),
  };
}
