import type { ExecutorCommand } from "./find-executor.ts";
import { residentBytes } from "./process-tree.ts";

const mebibyte = 1024 * 1024;
const lookMs = 250;

/** Our own executor gets a heap of that size, so that it collects garbage before it is too late. */
export function limitHeap(
  command: ExecutorCommand,
  executorName: string,
  limitBytes: number | undefined,
): ExecutorCommand {
  if (executorName !== "nodejs" || limitBytes === undefined) return command;
  const heapMebibytes = Math.max(16, Math.floor(limitBytes / mebibyte));
  return { ...command, args: [`--max-old-space-size=${heapMebibytes}`, ...command.args] };
}

/** Looks at process trees until `over`; resolves with the reason once they hold more than they may. Linux only. */
export function watchMemory(
  pids: () => readonly number[],
  over: Promise<unknown>,
  limitBytes: number | undefined,
): Promise<string> {
  return new Promise((resolve) => {
    if (limitBytes === undefined || process.platform !== "linux") return;
    const timer = setInterval(() => {
      const usedBytes = residentBytes(pids());
      if (usedBytes <= limitBytes) return;
      clearInterval(timer);
      const [used, limit] = [usedBytes, limitBytes].map((bytes) => Math.round(bytes / mebibyte));
      resolve(`The task used ${used} MiB of memory, and this server allows ${limit} MiB.`);
    }, lookMs);
    void over.then(() => clearInterval(timer));
  });
}
