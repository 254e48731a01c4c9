import type { Mainframe } from "../mainframe.ts";
import { decodeMessage } from "../wire/codec.ts";
import type { BlockInputs, BlockPayload, ServiceBlockPayload } from "../wire/messages.ts";
import { parseBlockPayload, parseServiceBlockPayload } from "../wire/read-job.ts";
import { topics } from "../wire/topics.ts";
import { awaitInputs } from "./await-inputs.ts";
import { encodeExecutorReady } from "./executor-ready.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";
import { refuseJob } from "./refuse-job.ts";
import { SeenJobs } from "./seen-jobs.ts";

/** Receives the engine's messages. A job comes before its inputs. */
export interface JobListener {
  onJob(payload: BlockPayload): void;
  onServiceJob(payload: ServiceBlockPayload): void;
  onInputs(jobId: string, inputs: BlockInputs): void;
  /** The engine did not send them in time. */
  onNoInputs(jobId: string, reason: string): void;
  onSessionFinished(): void;
}

export interface TakeJobsOptions {
  mainframe: Mainframe;
  executorArguments: ExecutorArguments;
  inputsTimeoutMs: number;
  listener: JobListener;
  /** Called for each delivery of a job, the engine's repetitions included. */
  onRunBlock?(): void;
}

/**
 * Listens for jobs, tells the engine, once, that the executor is ready, and each job's readiness as soon as it comes
 * (oocana-protocol 1.4, 2.6). Nothing here waits for a block.
 */
export async function takeJobs(options: TakeJobsOptions): Promise<void> {
  const { mainframe, executorArguments, inputsTimeoutMs, listener, onRunBlock } = options;
  const { sessionId, identifier } = executorArguments;
  const seenJobs = new SeenJobs();

  await Promise.all([
    mainframe.subscribe(topics.runBlock("nodejs"), (text) => {
      accept(text, (message) => take(parseBlockPayload(message)));
    }),
    mainframe.subscribe(topics.runServiceBlock("nodejs"), (text) => {
      accept(text, (message) => listener.onServiceJob(parseServiceBlockPayload(message)));
    }),
    mainframe.subscribe(topics.report, (text) => {
      // The topic carries everybody's reports; few are worth parsing.
      if (!text.includes('"SessionFinished"')) return;
      const event = decodeMessage(text);
      if (event?.type === "SessionFinished" && event.session_id === sessionId) listener.onSessionFinished();
    }),
  ]);
  await mainframe.publish(topics.session(sessionId), encodeExecutorReady(executorArguments));

  function accept(text: string, read: (message: Record<string, unknown>) => void): void {
    const message = decodeMessage(text);
    if (message?.session_id !== sessionId || typeof message.job_id !== "string") return;
    if (identifier !== undefined && message.identifier !== identifier) return;
    onRunBlock?.();
    if (!seenJobs.add(message.job_id)) return;
    try {
      read(message);
    } catch (error) {
      refuseJob(mainframe, sessionId, message.job_id, error);
    }
  }

  function take(payload: BlockPayload): void {
    const jobId = payload.job_id;
    listener.onJob(payload);
    awaitInputs({ mainframe, sessionId, jobId, timeoutMs: inputsTimeoutMs }).then(
      (inputs) => listener.onInputs(jobId, inputs),
      (error: Error) => listener.onNoInputs(jobId, error.message),
    );
  }
}
