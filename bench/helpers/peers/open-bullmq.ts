import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Queue, QueueEvents } from "bullmq";
import type { Redis } from "./open-redis.ts";

export interface BullmqPeer extends AsyncDisposable {
  /** Of the process that takes the jobs; the sandboxes are its children. */
  pid: number;
  run(data: object): Promise<unknown>;
}

/** BullMQ with sandboxed processors: the file's default function is called in child processes, so many of them. */
export async function openBullmq(redis: Redis, processor: string, processes: number): Promise<BullmqPeer> {
  const program = fileURLToPath(new URL("./bullmq-worker-program.ts", import.meta.url));
  const worker = fork(program, [String(redis.port), processor, String(processes)]);
  const exited = once(worker, "exit");
  await Promise.race([
    once(worker, "message"),
    exited.then(([code]) => Promise.reject(new Error(`BullMQ's worker ended with ${code}.`))),
  ]);
  const connection = { host: "127.0.0.1", port: redis.port };
  const queue = new Queue("tasks", { connection });
  const events = new QueueEvents("tasks", { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  return {
    pid: worker.pid ?? Number.NaN,
    async run(data) {
      const job = await queue.add("task", data);
      return job.waitUntilFinished(events);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([queue.close(), events.close()]);
      worker.send("close");
      await exited;
    },
  };
}
