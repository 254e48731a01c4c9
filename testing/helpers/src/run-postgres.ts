import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findOrInstall } from "./find-or-install.ts";
import { freePort } from "./free-port.ts";
import { ordinaryUser } from "./ordinary-user.ts";

export interface TestPostgres {
  /** The address of a database on it. */
  urlOf(database: string): string;
  /** Where it listens. */
  address: { host: string; port: number };
  /** Of the server itself, for a test that kills it. */
  process: ChildProcess;
  close(): Promise<void>;
}

const versions = [18, 17, 16, 15, 14];

const initdb = {
  names: ["initdb"],
  wellKnown: versions.flatMap((version) => [
    `/usr/lib/postgresql/${version}/bin/initdb`,
    `/opt/homebrew/opt/postgresql@${version}/bin/initdb`,
    `/usr/local/opt/postgresql@${version}/bin/initdb`,
    `C:\\Program Files\\PostgreSQL\\${version}\\bin\\initdb.exe`,
  ]),
  debianPackage: "postgresql",
  advice:
    "These tests need PostgreSQL: install it, so that `initdb` is found (Debian: apt-get install postgresql, macOS: brew install postgresql@17).",
};

/** Where the programs of a PostgreSQL are; whoever runs them (`spawn`'s options), and in which folder of its own. */
export function makePostgresFolder() {
  const programs = dirname(realpathSync(findOrInstall(initdb))); // a link may lead there from the PATH
  const directory = mkdtempSync(join(tmpdir(), "connect-postgres-"));
  const user = ordinaryUser();
  if (user) chownSync(directory, user.uid, user.gid);
  return { programs, directory, user, data: join(directory, "data") };
}

/** Runs a server on the data directory of such a folder, on a free port; the folder is gone when it is closed. */
export async function runPostgres(
  { programs, directory, user, data }: ReturnType<typeof makePostgresFolder>,
  owner: string,
  settings: readonly string[],
): Promise<TestPostgres> {
  const port = await freePort();
  const all = [
    ...["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "max_connections=300"],
    ...settings,
  ];
  const server = spawn(join(programs, "postgres"), ["-D", data, ...all.flatMap((one) => ["-c", one])], {
    ...user,
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const close = async () => {
    server.kill("SIGINT"); // cuts its connections
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  while (!/ready to accept (read-only )?connections/.test(said)) {
    if (server.exitCode !== null) {
      await close();
      throw new Error(`PostgreSQL did not start: ${said}`);
    }
    await delay(20);
  }
  return {
    process: server,
    close,
    address: { host: "127.0.0.1", port },
    urlOf: (database) => `postgres://${owner}@127.0.0.1:${port}/${database}`,
  };
}
