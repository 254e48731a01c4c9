import { basename, join, resolve } from "node:path";
import type { JobChannel } from "../context/job-channel.ts";
import { createJobChannel } from "../context/job-channel.ts";
import type { Mainframe } from "../mainframe.ts";
import { decodeMessage } from "../wire/codec.ts";
import type { BlockPayload, ExecutorReady } from "../wire/messages.ts";
import { topics } from "../wire/topics.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import { createFlowNodeStores } from "./flow-node-stores.ts";
import { createBlockLoader } from "./load-block.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";
import { runJob } from "./run-job.ts";
import { createVariableStore, readSecrets } from "./value-files.ts";

export interface ExecutorOptions {
  mainframe: Mainframe;
  executorArguments: ExecutorArguments;
  cacheDir: string;
  /** How long a job waits for its inputs. Default 60 seconds. */
  inputsTimeoutMs?: number;
  /** The engine says that the session is over. */
  onSessionFinished(): void;
  /** What belongs into the engine's log, not into the run. */
  warnLocally(text: string): void;
}

export interface Executor {
  /** Jobs without a finish that the broker has taken. */
  readonly openJobs: ReadonlySet<JobChannel>;
}

/** Listens for jobs and tells the engine, once, that it is ready (sections 1.4 and 2.6). Jobs run side by side. */
export async function startExecutor(options: ExecutorOptions): Promise<Executor> {
  const { mainframe, executorArguments, onSessionFinished } = options;
  const { sessionId, identifier, packagePath, inspectPort } = executorArguments;
  const parts = createParts(options);
  // For the whole session: the engine sends the same job again and again.
  const seenJobs = new Set<string>();

  await Promise.all([
    mainframe.subscribe(topics.runBlock("nodejs"), (text) => {
      const payload = accept(text);
      if (payload !== undefined) void runJob(payload, parts);
    }),
    mainframe.subscribe(topics.runServiceBlock("nodejs"), (text) => {
      const payload = accept(text);
      if (payload !== undefined) refuseService(payload, parts);
    }),
    mainframe.subscribe(topics.report, (text) => {
      // Everybody's reports come by; few are worth parsing.
      if (!text.includes('"SessionFinished"')) return;
      const event = decodeMessage(text);
      if (event?.type === "SessionFinished" && event.session_id === sessionId) onSessionFinished();
    }),
  ]);
  const ready: ExecutorReady = {
    type: "ExecutorReady",
    session_id: sessionId,
    executor_name: "nodejs",
    package: packagePath ?? null,
    identifier: identifier ?? null,
    process_id: process.pid,
    ...(inspectPort !== undefined && { inspect_wait: inspectPort }),
  };
  await mainframe.publish(topics.session(sessionId), JSON.stringify(ready));
  return { openJobs: parts.openJobs };

  function accept(text: string): BlockPayload | undefined {
    const payload = decodeMessage(text);
    if (payload?.session_id !== sessionId || typeof payload.job_id !== "string") return undefined;
    if (identifier !== undefined && payload.identifier !== identifier) return undefined;
    if (seenJobs.has(payload.job_id)) return undefined;
    seenJobs.add(payload.job_id);
    // The fields beyond these are read one by one, each with its default.
    return payload as unknown as BlockPayload;
  }
}

function createParts({
  mainframe,
  executorArguments,
  cacheDir,
  inputsTimeoutMs,
  warnLocally,
}: ExecutorOptions): ExecutorParts {
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
    inputsTimeoutMs: inputsTimeoutMs ?? 60_000,
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
