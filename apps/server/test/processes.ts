import { readFileSync } from "node:fs";

/** False for a process that is gone, or dead and only waiting to be collected. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Resolves to how long it took until none of the processes was left; rejects after `timeoutMs`. */
export async function waitUntilGone(pids: readonly number[], timeoutMs: number): Promise<number> {
  const startedMs = Date.now();
  while (pids.some(isAlive)) {
    const passedMs = Date.now() - startedMs;
    if (passedMs > timeoutMs) throw new Error(`${pids.filter(isAlive)} still run after ${passedMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return Date.now() - startedMs;
}
