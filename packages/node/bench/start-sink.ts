import { fork } from "node:child_process";
import { once } from "node:events";

/** The sink in a process of its own, so that what is measured is the client alone. */
export async function startSink(): Promise<{ origin: string; stop(): void }> {
  const child = fork(new URL("./sink-server.ts", import.meta.url));
  const [port] = await once(child, "message");
  return { origin: `http://127.0.0.1:${port}`, stop: () => child.disconnect() };
}
