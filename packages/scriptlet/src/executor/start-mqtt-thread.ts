import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { ThreadOptions } from "./thread-messages.ts";

const inputsTimeoutMs = 60_000;

/** The thread's objects are short-lived; by default its garbage would grow to some 60 MB before a collection. */
const maxYoungGenerationSizeMb = 8;

export interface MqttThread {
  /** The thread's messages wait here until somebody listens. */
  port: MessagePort;
  /** Settles, with the reason, if the thread has ended without being asked to. */
  broken: Promise<string>;
}

/** Starts the thread that holds the connection; `program` runs `runMqttThread` if it is not the main thread. */
export function startMqttThread(program: URL, role: ThreadOptions["role"], cacheDir: string): MqttThread {
  const { port1, port2 } = new MessageChannel();
  const workerData: ThreadOptions = { port: port2, role, inputsTimeoutMs, cacheDir };
  const resourceLimits = { maxYoungGenerationSizeMb };
  const worker = new Worker(program, { workerData, transferList: [port2], resourceLimits });
  const broken = new Promise<string>((resolve) => {
    worker.once("error", (error) => resolve(error instanceof Error ? error.message : String(error)));
    worker.once("exit", (code) => resolve(`its thread ended with code ${code}`));
  });
  return { port: port1, broken };
}
