import { basename, join, resolve } from "node:path";
import { createJobChannel, type JobChannel } from "../context/job-channel.ts";
import type { Mainframe } from "../mainframe.ts";
import type { BlockInputs, BlockPayload } from "../wire/messages.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import { createFlowNodeStores } from "./flow-node-stores.ts";
import { createBlockLoader } from "./load-block.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";
import { runJob } from "./run-job.ts";
import type { JobListener } from "./take-jobs.ts";
import { createVariableStore, readSecrets } from "./value-files.ts";

export interface ExecutorOptions {
  mainframe: Mainframe;
  executorArguments: ExecutorArguments;
  cacheDir: string;
  /** What belongs into the engine's log, not into the run. */
  warnLocally(text: string): void;
}

export interface Executor extends Omit<JobListener, "onSessionFinished"> {
  /** Jobs without a finish that the broker has taken. */
  readonly openJobs: ReadonlySet<JobChannel>;
}

/** What runs the jobs that come; they run side by side. */
export function createExecutor(options: ExecutorOptions): Executor {
  const waiting = new Map<string, { resolve(inputs: BlockInputs): void; reject(error: Error): void }>();
  const parts = createParts(options, (jobId) => {
    return new Promise((resolve, reject) => waiting.set(jobId, { resolve, reject }));
  });
  return {
    openJobs: parts.openJobs,
    onJob: (payload) => void runJob(payload, parts),
    onServiceJob: (payload) => refuseService(payload, parts),
    onInputs: (jobId, inputs) => take(jobId)?.resolve(inputs),
    onNoInputs: (jobId, reason) => take(jobId)?.reject(new Error(reason)),
  };

  function take(jobId: string) {
    const found = waiting.get(jobId);
    waiting.delete(jobId);
    return found;
  }
}

function createParts(
  { mainframe, executorArguments, cacheDir, warnLocally }: ExecutorOptions,
  awaitInputs: ExecutorParts["awaitInputs"],
): ExecutorParts {
  const { sessionId, packagePath } = executorArguments;
  const initialDir = process.cwd();
  const packageName = packagePath === undefined ? "workspace" : basename(resolve(initialDir, packagePath));
  const tmpDir = resolve(initialDir, executorArguments.tmpDir);
  return {
    mainframe,
    sessionId,
    packageName,
    directories: {
      sessionDir: resolve(initialDir, executorArguments.sessionDir),
      tmpDir,
      tmpPkgDir: join(tmpDir, packageName),
    },
    initialDir,
    variables: createVariableStore(),
    openJobs: new Set(),
    awaitInputs,
    environment: process.env,
    readSecrets,
    loadBlock: createBlockLoader(cacheDir),
    flowNodeStore: createFlowNodeStores(),
    warnLocally,
  };
}

/** Better an error than a flow that waits for ever. */
function refuseService(payload: BlockPayload, { mainframe, sessionId, warnLocally }: ExecutorParts): void {
  const channel = createJobChannel({
    mainframe,
    sessionId,
    jobId: payload.job_id,
    stacks: payload.stacks ?? [],
    warnLocally,
  });
  void channel.finish({ error: "This executor does not run service blocks yet; use a task block." });
}
