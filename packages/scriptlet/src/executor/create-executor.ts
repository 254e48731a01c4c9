import { basename, resolve } from "node:path";
import type { JobChannel } from "../context/job-channel.ts";
import type { Mainframe } from "../mainframe.ts";
import type { BlockInputs } from "../wire/messages.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import { createBlockLoader } from "./load-block.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";
import { runJob } from "./run-job.ts";
import type { StartService } from "./services/launch-service.ts";
import { createServiceHost } from "./services/service-host.ts";
import { createSharedParts } from "./shared-parts.ts";
import type { JobListener } from "./take-jobs.ts";

export interface ExecutorOptions {
  mainframe: Mainframe;
  executorArguments: ExecutorArguments;
  cacheDir: string;
  startService: StartService;
  /** Belongs to the process: loaded blocks outlive a session. */
  loadBlock?: ExecutorParts["loadBlock"];
  jobsHaveSpans?: ExecutorParts["jobsHaveSpans"];
  /** Called before a job says that it has finished. */
  beforeFinish?: ExecutorParts["beforeFinish"];
  /** For the engine's log, not for the run. */
  warnLocally(text: string): void;
}

export interface Executor extends Omit<JobListener, "onSessionFinished"> {
  /** Jobs whose finish the broker has not taken yet. */
  readonly openJobs: ReadonlySet<JobChannel>;
}

/** Runs the jobs that come, concurrently. */
export function createExecutor(options: ExecutorOptions): Executor {
  const waiting = new Map<string, { resolve(inputs: BlockInputs): void; reject(error: Error): void }>();
  const { mainframe, executorArguments, cacheDir, startService, warnLocally } = options;
  const { sessionId, sessionDir, tmpDir, packagePath } = executorArguments;
  const packageName = packagePath === undefined ? "workspace" : basename(resolve(packagePath));
  const parts: ExecutorParts = {
    ...createSharedParts({ mainframe, sessionDir, tmpDir, packageName, warnLocally }),
    sessionId,
    jobsHaveSpans: options.jobsHaveSpans,
    awaitInputs: (jobId) => new Promise((resolve, reject) => waiting.set(jobId, { resolve, reject })),
    beforeFinish: options.beforeFinish,
    loadBlock: options.loadBlock ?? createBlockLoader(cacheDir),
  };
  const services = createServiceHost({ mainframe, sessionId, startService });
  return {
    openJobs: parts.openJobs,
    onJob: (payload) => void runJob(payload, parts),
    onServiceJob: (payload) => void services.run(payload),
    onInputs: (jobId, inputs) => take(jobId)?.resolve(inputs),
    onNoInputs: (jobId, reason) => take(jobId)?.reject(new Error(reason)),
  };

  function take(jobId: string) {
    const found = waiting.get(jobId);
    waiting.delete(jobId);
    return found;
  }
}
