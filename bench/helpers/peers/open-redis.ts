import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Redis extends AsyncDisposable {
  pid: number;
  port: number;
}

/** A redis of its own in a temporary folder, which loses at most a second; undefined where the program is not installed. */
export async function openRedis(): Promise<Redis | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "bench-redis-"));
  const port = await findFreePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const child = spawn("redis-server", [...flags, "--appendonly", "yes", "--appendfsync", "everysec"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const started = await isReady(child);
  const { pid } = child;
  if (!started || pid === undefined) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const exited = once(child, "exit");
  return {
    pid,
    port,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(child: ChildProcess): Promise<boolean> {
  const missing = new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", () => resolve(false));
  });
  const { stdout } = child;
  if (stdout === null) return false;
  const ready = new Promise<boolean>((resolve) => {
    createInterface(stdout).on("line", (line) => {
      if (line.includes("Ready to accept connections")) resolve(true);
    });
  });
  return Promise.race([ready, missing]);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}
