import { once } from "node:events";
import { Worker } from "node:worker_threads";

/**
 * Starts a thread that ends the process when the server has died without a word, also while a block holds this one. Resolves
 * when the thread runs and has opened all that it needs.
 */
export async function startParentWatch(): Promise<void> {
  const resourceLimits = { maxYoungGenerationSizeMb: 2 };
  // By its text: a file would have to be found in sources and builds, and loaded each time that an executor starts.
  const { pid, ppid } = process;
  // Told which parent: it may be gone before the thread looks.
  const worker = new Worker(`(${watchParent})(${pid}, ${ppid})`, { eval: true, resourceLimits });
  await once(worker, "online");
  worker.unref();
}

/** Self-contained. The main thread hears of the end too, by its socket, and leaves by itself unless a block holds it. */
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
