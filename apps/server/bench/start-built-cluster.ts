import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@oomol/test-helpers/start-postgres";
import { pino } from "pino";
import { openPostgres } from "../src/cluster/postgres.ts";
import { migrateDatabase } from "../src/cluster/schema.ts";
import { makeDataDirectory, TestClient } from "../test/open-test-server.ts";

const program = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const packages = fileURLToPath(new URL("../test/fixtures/measured", import.meta.url));

/** What every contender runs with: two tasks at once, two executors that stand by. */
export const workerFlags = ["--packages", packages, "--concurrency", "2", "--spare-executors", "2"];

export interface BuiltProcess extends AsyncDisposable {
  pid: number;
  client: TestClient;
}

/** A PostgreSQL that writes durably, with the schema, and what starts the built programs on it. */
export async function startBuiltCluster() {
  const postgres = await startPostgres({ isDurable: true });
  const url = postgres.urlOf("postgres");
  const prepared = openPostgres(url, 3, pino({ enabled: false }));
  await migrateDatabase(prepared);
  await prepared.database.destroy();
  const files = await makeDataDirectory();
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: url, OOMOL_CONNECT_FILES: files.path };
  return {
    url,
    postgres: postgres.process,
    startApi: () => startBuilt(["api", "--port", "0"], env),
    startWorker: () => startBuilt(["worker", "--drain-seconds", "0", ...workerFlags], env),
    async [Symbol.asyncDispose]() {
      await postgres.close();
      await files[Symbol.asyncDispose]();
    },
  };
}

/** The built `connect-server` with a command line; ends when it is disposed of. */
export async function startBuilt(args: readonly string[], env = process.env): Promise<BuiltProcess> {
  const child: ChildProcess = fork(program, args, { execArgv: [], env, silent: true });
  let said = "";
  child.stdout?.resume();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  const exited = once(child, "exit");
  const ready = once(child, "message").then(([message]) => message as { url?: string });
  const first = await Promise.race([ready, exited.then(() => undefined)]);
  if (first === undefined) throw new Error(`${args.join(" ")} ended: ${said}`);
  return {
    pid: child.pid ?? 0,
    client: new TestClient(first.url ?? "http://no-server.invalid"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
