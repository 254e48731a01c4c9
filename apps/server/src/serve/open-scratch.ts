import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Logger } from "pino";
import { endLeftoverProcesses } from "../processes/leftover-processes.ts";
import { messageOf } from "../values.ts";

/** A directory of one process. */
export interface Scratch {
  readonly path: string;
  close(): Promise<void>;
}

const prefix = "connect-server-";

/**
 * A directory of this process alone, inside of the named one or of the system's temporary one. Those of processes of this
 * machine that were killed are removed first, with what still runs of them.
 */
export async function openScratch(directory: string | undefined, log: Logger): Promise<Scratch> {
  const parent = directory === undefined ? tmpdir() : resolve(directory);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent).catch((error: unknown) =>
    log.warn({ error: messageOf(error) }, "scratch directories are left over"),
  );
  const path = await mkdtemp(join(parent, prefix));
  const sign = await hangSign(signOf(path)).catch(() => undefined); // without it nobody removes the directory
  return {
    path,
    async close() {
      sign?.close();
      await remove(path);
    },
  };

  async function removeAbandoned(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
      const abandoned = join(folder, name);
      if (!name.startsWith(prefix) || !(await isAbandoned(abandoned))) continue;
      const leftovers = endLeftoverProcesses(abandoned);
      log.warn({ leftovers }, "removing the scratch directory of a process that was killed");
      await remove(abandoned);
    }
  }
}

/** A socket: unlike the id of a process it tells across containers that share a directory who is still there. */
function signOf(path: string): string {
  return join(path, `${hostname()}.alive`);
}

async function hangSign(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen(path);
  await once(server, "listening");
  return server;
}

async function isAbandoned(path: string): Promise<boolean> {
  const sign = signOf(path);
  if (!existsSync(sign)) return false; // of another machine, or just being made
  const socket = connect(sign);
  try {
    await once(socket, "connect");
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}
