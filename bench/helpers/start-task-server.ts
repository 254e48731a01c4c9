import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The task server in a process of its own, so that what is measured is the client alone. */
export async function startTaskServer(): Promise<AsyncDisposable & { baseUrl: string }> {
  const child = fork(fileURLToPath(new URL("./task-server.ts", import.meta.url)));
  const [baseUrl] = await once(child, "message");
  return {
    baseUrl,
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, "exit");
    },
  };
}
