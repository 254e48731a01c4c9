import { once } from "node:events";
import { Worker } from "node:worker_threads";

/**
 * Starts a thread that ends the process if the server has died silently, even while a block holds this thread. Resolves
 * when the thread runs and has opened everything it needs.
 */
export async function startParentWatch(): Promise<void> {
  const resourceLimits = { maxYoungGenerationSizeMb: 2 };
  // As text: a file would have to be found in sources and builds, and loaded whenever an executor starts.
  const { pid, ppid } = process;
  // The parent's id is passed on: it may be gone before the thread looks.
  const worker = new Worker(`(${watchParent})(${pid}, ${ppid})`, { eval: true, resourceLimits });
  await once(worker, "online");
  worker.unref();
}

/** Self-contained. The main thread notices the end too, by its socket, and exits by itself unless a block holds it. */
function watchParent(pid: number, parent: number): void {
  const lookMs = 1_000;
  const lastChanceMs = 3_000;
  const end = (target: number) => {
    try {
      process.kill(target, "SIGKILL");
    } catch {
      // No such group: this process does not lead one.
    }
  };
  setInterval(() => {
    if (process.ppid === parent) return;
    setTimeout(() => {
      end(-pid); // with what blocks have started
      end(pid);
    }, lastChanceMs);
  }, lookMs);
}
