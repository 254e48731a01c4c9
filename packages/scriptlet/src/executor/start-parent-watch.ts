import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What the thread is told by: which of the program's threads it is, and where the process keeps what it has compiled. */
interface ParentWatch {
  watchesParent: true;
  cacheDir: string;
}

export function isParentWatch(data: unknown): data is ParentWatch {
  return typeof data === "object" && data !== null && "watchesParent" in data;
}

/**
 * Starts a thread that ends the process when the server has died without a word, also while a block holds this one. Resolves
 * when the thread runs and has opened all that it needs.
 */
export async function startParentWatch(program: URL, cacheDir: string): Promise<void> {
  const workerData: ParentWatch = { watchesParent: true, cacheDir };
  const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };
  const worker = new Worker(program, { workerData, resourceLimits });
  await once(worker, "online");
  worker.unref();
}
