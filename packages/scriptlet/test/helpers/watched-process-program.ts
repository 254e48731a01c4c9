// Runs jobs one after the other as the executor does, over a mainframe in memory, and tells its parent what each has left.
import { Worker } from "node:worker_threads";
import { captureOutput } from "../../src/executor/capture-output.ts";
import { createProcessWatch } from "../../src/executor/cleanliness/create-process-watch.ts";
import { guardProcess } from "../../src/executor/guard-process.ts";
import { createBlockLoader } from "../../src/executor/load-block.ts";
import { runJob } from "../../src/executor/run-job.ts";
import { createSharedParts } from "../../src/executor/shared-parts.ts";
import { createMemoryMainframe } from "../../src/memory-mainframe.ts";
import type { BlockInputs } from "../../src/wire/messages.ts";
import type { JobOrder, JobReport } from "./open-watched-process.ts";

const sessionId = "session";
const [directory = ""] = process.argv.slice(2);
const mainframe = createMemoryMainframe();
const parts = {
  ...createSharedParts({
    mainframe,
    sessionDir: directory,
    tmpDir: directory,
    packageName: "watched",
    warnLocally: () => undefined,
  }),
  sessionId,
  awaitInputs: async (jobId: string): Promise<BlockInputs> => ({
    type: "BlockInputs",
    session_id: sessionId,
    job_id: jobId,
    stacks: [],
    inputs: orders.get(jobId)?.inputs ?? {},
    inputs_def: {},
    inputs_def_patch: null,
  }),
  loadBlock: createBlockLoader(directory),
};
const orders = new Map<string, JobOrder>();
guardProcess({
  onUnattributed: (error) =>
    watch.note({ kind: "rejection", description: `a late failure: ${String(error)}` }),
  hasOpenJobs: () => false,
});
captureOutput();
// As the thread that holds the connection to the broker: at work all the time, and chatty.
const thread = new Worker(
  `const { parentPort } = require("node:worker_threads"); setInterval(() => parentPort.postMessage("news"), 1);`,
  { eval: true },
);
thread.on("message", () => undefined);
setInterval(() => undefined, 1);
process.on("message", (order: JobOrder) => void run(order));
await new Promise((resolve) => thread.once("message", resolve));
const watch = createProcessWatch();
process.send?.("ready");

async function run(order: JobOrder): Promise<void> {
  const jobId = crypto.randomUUID();
  orders.set(jobId, order);
  const from = process.cpuUsage();
  watch.begin();
  const begun = process.cpuUsage(from);
  await runJob(
    {
      type: "BlockPayload",
      session_id: sessionId,
      executor_name: "nodejs",
      job_id: jobId,
      stacks: [],
      dir: order.dir,
      executor: { name: "nodejs", options: { entry: order.entry } },
      outputs: {},
      identifier: "watched",
    },
    parts,
  );
  const ended = process.cpuUsage();
  const leftovers = await watch.check({ graceMs: order.graceMs });
  const checked = process.cpuUsage(ended);
  const finish = mainframe.published
    .map(({ payload }) => JSON.parse(payload) as { type?: string; job_id?: string; error?: string })
    .find(({ type, job_id }) => type === "BlockFinished" && job_id === jobId);
  const cpuMicroseconds = begun.user + begun.system + checked.user + checked.system;
  const report: JobReport = { leftovers, error: finish?.error, cpuMicroseconds };
  process.send?.(report);
}
