import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findOrInstall } from "./find-or-install.ts";
import { freePort } from "./free-port.ts";
import { ordinaryUser } from "./ordinary-user.ts";

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

export interface TestPostgres {
  /** The address of a database on it. */
  urlOf(database: string): string;
  /** Of the server itself, for a test that kills it. */
  process: ChildProcess;
  close(): Promise<void>;
}

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
  const program = findOrInstall(initdb);
  const directory = mkdtempSync(join(tmpdir(), "connect-postgres-"));
  const user = ordinaryUser();
  if (user) chownSync(directory, user.uid, user.gid);
  const data = join(directory, "data");
  const passwordFile = join(directory, "password");
  if (password !== undefined) await writeFile(passwordFile, password);
  if (password !== undefined && user) chownSync(passwordFile, user.uid, user.gid);
  const options = [
    ...["--no-sync", `--username=${owner}`, "--encoding=UTF8", "--locale=C"],
    ...(password === undefined ? ["--auth=trust"] : ["--auth=scram-sha-256", `--pwfile=${passwordFile}`]),
  ];
  execFileSync(program, [...options, "--pgdata", data], { ...user, cwd: directory, stdio: "pipe" });

  const port = await freePort();
  const settings = [
    ...["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "max_connections=300"],
    ...(isDurable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
    ...further,
  ];
  const server = spawn(
    join(dirname(program), "postgres"),
    ["-D", data, ...settings.flatMap((one) => ["-c", one])],
    { ...user, cwd: directory, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  server.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const close = async () => {
    server.kill("SIGINT"); // cuts its connections
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  while (!said.includes("ready to accept connections")) {
    if (server.exitCode !== null) {
      await close();
      throw new Error(`PostgreSQL did not start: ${said}`);
    }
    await delay(20);
  }
  return { process: server, close, urlOf: (database) => `postgres://${owner}@127.0.0.1:${port}/${database}` };
}
