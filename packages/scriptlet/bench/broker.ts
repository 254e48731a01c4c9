import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface BenchBroker extends AsyncDisposable {
  name: string;
  address: string;
}

/** A broker in a process of its own: Debian's mosquitto where it is installed, else aedes. */
export async function startBroker(): Promise<BenchBroker> {
  const port = await freePort();
  const mosquitto = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].find((path) => existsSync(path));
  const folder = await mkdtemp(join(tmpdir(), "scriptlet-bench-"));
  const config = join(folder, "mosquitto.conf");
  await writeFile(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\nmax_inflight_messages 1000\nlog_dest none\n`,
  );
  const aedes = fileURLToPath(new URL("./aedes-broker.ts", import.meta.url));
  const child =
    mosquitto === undefined
      ? spawn(process.execPath, [aedes, String(port)], { stdio: "ignore" })
      : spawn(mosquitto, ["-c", config], { stdio: "ignore" });
  await untilOpen(port);
  return {
    name: mosquitto === undefined ? "aedes" : "mosquitto",
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, "exit");
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function untilOpen(port: number): Promise<void> {
  const { connect } = await import("node:net");
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await delay(10);
  }
}
