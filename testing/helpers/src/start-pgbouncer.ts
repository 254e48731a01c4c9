import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createTemporaryFolder } from "./create-temporary-folder.ts";
import { findOrInstall } from "./find-or-install.ts";
import { freePort } from "./free-port.ts";
import { ordinaryUser } from "./ordinary-user.ts";

const pgbouncer = {
  names: ["pgbouncer"],
  wellKnown: ["/usr/sbin/pgbouncer", "/opt/homebrew/bin/pgbouncer"],
  debianPackage: "pgbouncer",
  advice:
    "These tests need pgbouncer: install it (Debian: apt-get install pgbouncer, macOS: brew install pgbouncer).",
};

/** A pgbouncer of its own before a PostgreSQL, on a free port of this machine; gone when it is closed. */
export async function startPgbouncer(databaseUrl: string, mode: "session" | "transaction") {
  const program = findOrInstall(pgbouncer);
  const folder = await createTemporaryFolder();
  const { hostname, port: behind, pathname } = new URL(databaseUrl);
  const port = await freePort();
  const lines = [
    // `any` logs everybody in as the one user that is named.
    ...["[databases]", `* = host=${hostname} port=${behind} user=postgres`, "[pgbouncer]"],
    "listen_addr = 127.0.0.1",
    ...[`listen_port = ${port}`, "unix_socket_dir =", "auth_type = any", `pool_mode = ${mode}`],
    ...["max_client_conn = 100", "default_pool_size = 50"],
    // What docs/operating.md asks for: by default a silent connection keeps clients waiting for ten minutes, a failed login for 15 s.
    ...["server_idle_timeout = 30", "tcp_user_timeout = 15000", "server_login_retry = 1"],
  ];
  await writeFile(folder.file("pgbouncer.ini"), `${lines.join("\n")}\n`);
  const user = ordinaryUser();
  if (user)
    for (const path of [folder.path, folder.file("pgbouncer.ini")]) chownSync(path, user.uid, user.gid);
  const start = async () => {
    const server = spawn(program, [folder.file("pgbouncer.ini")], {
      ...user,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    server.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
    const exited = once(server, "exit");
    const kill = async () => {
      server.kill("SIGKILL");
      await exited;
    };
    while (!(await accepts(port))) {
      if (server.exitCode !== null) throw new Error(`pgbouncer did not start: ${said}`);
      await delay(20);
    }
    return kill;
  };
  let kill = await start().catch(async (error: unknown) => {
    await folder[Symbol.asyncDispose]();
    throw error;
  });
  return {
    url: `postgres://postgres@127.0.0.1:${port}${pathname}`,
    /** Kills it, and starts it again at its address. */
    async restart() {
      await kill();
      kill = await start();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
