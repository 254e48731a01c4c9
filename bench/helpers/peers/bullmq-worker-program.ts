// Takes BullMQ's jobs, as a service of its own would: PORT PROCESSOR PROCESSES.
import { Worker } from "bullmq";

const [port, processor = "", processes] = process.argv.slice(2);
const worker = new Worker("tasks", processor, {
  connection: { host: "127.0.0.1", port: Number(port) },
  concurrency: Number(processes),
});
await worker.waitUntilReady();
process.send?.("ready");
process.once("message", async () => {
  await worker.close();
  process.exit();
});
