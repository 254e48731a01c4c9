import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../../apps/server/src/cli.ts", import.meta.url));
const packages = fileURLToPath(new URL("../packages", import.meta.url));

/** The server as a program of its own. */
export async function startServer(dataDirectory: string) {
  const flags = ["--packages", packages, "--port", "0", "--data", dataDirectory, "--log-level", "silent"];
  const child = fork(program, flags, {
    execArgv: ["--conditions=@oomol/source", "--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const first = await Promise.race([once(child, "message"), once(child, "exit")]);
  const [message] = first as [{ url: string } | number];
  if (typeof message !== "object") throw new Error(`The server ended with ${message}.`);
  return {
    url: message.url,
    pid: child.pid ?? 0,
    async countTasks(): Promise<number> {
      const response = await fetch(`${message.url}/v1/tasks`);
      return ((await response.json()) as { tasks: unknown[] }).tasks.length;
    },
    async stop(): Promise<void> {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = await exited;
      if (code !== 0) throw new Error(`The server ended with ${code}.`);
    },
  };
}
