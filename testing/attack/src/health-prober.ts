import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface HealthProber {
  /** The longest that `/healthz` took since the last call, in milliseconds, and how often it was not answered. */
  take(): Promise<{ longestMs: number; failures: number }>;
  close(): Promise<void>;
}

/** Asks for `/healthz` every 10 ms, on a thread of its own, so that nothing but the server holds it up. */
export async function openHealthProber(origin: string): Promise<HealthProber> {
  const worker = new Worker(new URL("./health-thread.ts", import.meta.url), { workerData: { origin } });
  await once(worker, "message");
  return {
    async take() {
      worker.postMessage("take");
      const [taken] = await once(worker, "message");
      return taken;
    },
    close: async () => void (await worker.terminate()),
  };
}
