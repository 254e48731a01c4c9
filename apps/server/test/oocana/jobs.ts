import { about, createExecutors, type Executors, type Job } from "./executors.ts";
import { byHandle } from "./manifests.ts";
import { type Message, readMessage } from "./read-message.ts";
import { answerRequest } from "./requests.ts";
import type { NewJob, Run } from "./run.ts";

/** Takes what executors say, in the order in which it comes (oocana-protocol 2.3). */
export function createJobs(
  run: Run,
  workspace: string,
): Executors & { start(job: NewJob): void; handle(payload: Buffer): void } {
  const { session } = run;
  const jobs = new Map<string, Job>();
  /** They are told about once more (oocana-protocol 10, 2). */
  const ended = new Map<string, Job>();
  const requests = { isSilent: false };

  const end = (job: Job, { result, error }: { result?: unknown; error?: unknown }) => {
    if (!jobs.delete(job.id)) return;
    ended.set(job.id, job);
    executors.done(job);
    const isFailed = typeof error === "string";
    const how = isFailed ? { error } : result != null && { result };
    if (!run.isCancelled) session.report("BlockFinished", { ...about(job), ...how, finish_at: Date.now() });
    job.onEnd(
      isFailed ? null : ((result ?? null) as Record<string, unknown> | null),
      isFailed ? error : undefined,
    );
  };

  const executors = createExecutors(session, {
    workspace,
    fail(job, error) {
      end(job, { error, result: null });
      // And once more by the broker (oocana-protocol 9.1 #16).
      const finished = { type: "BlockFinished", session_id: session.id, job_id: job.id, error };
      session.publish(`session/${session.id}`, finished);
    },
  });

  /** Directly run, a block has no children that work: nobody answers them (oocana-protocol 10, 9.1 #3). */
  const isDeaf = (job: Job) => job.stacks[0]?.flow_job_id === "";

  const giveInputs = (job: Job) => {
    job.isReady = true;
    if (isDeaf(job)) return;
    session.publish(`inputs/${session.id}/${job.id}`, {
      type: "BlockInputs",
      session_id: session.id,
      ...about(job),
      inputs_def_patch: null,
      inputs: job.hasInputs ? job.inputs : null,
      inputs_def: job.task.inputs_def ? byHandle(job.task.inputs_def) : job.stacks.length === 0 ? {} : null,
    });
    job.hasInputs = false; // they are given once
  };

  const handleMessage = (message: Message) => {
    const { type, handle, output } = message;
    if (type === "ExecutorReady") executors.handleReady(message);
    const late = ended.get(String(message.job_id));
    if (late && (type === "BlockOutput" || (type === "BlockFinished" && typeof message.error === "string"))) {
      const { session_id: _session, job_id: _job, ...fields } = message;
      session.report(type, { ...about(late), ...fields });
    }
    const job = jobs.get(String(message.job_id));
    if (!job) return;
    if (type === "BlockReady") giveInputs(job);
    else if (type === "BlockRequest") answerRequest(run, requests, job, message);
    else if (type === "BlockProgress") job.onProgress(Number(message.progress));
    else if (type === "BlockError") session.report(type, { ...about(job), error: message.error });
    else if (type === "BlockFinished") end(job, message);
    else if (type === "BlockOutput") {
      session.report(type, { ...about(job), handle, output });
      job.onOutput(String(handle), output);
    } else if (type === "BlockOutputs") {
      session.report(type, { ...about(job), outputs: message.outputs });
      for (const [one, value] of Object.entries(message.outputs ?? {})) job.onOutput(one, value);
    }
  };

  return {
    ...executors,
    start(wanted) {
      const job: Job = { ...wanted, hasInputs: true, isReady: false };
      jobs.set(job.id, job);
      session.report("BlockStarted", { ...about(job), inputs: job.inputs, create_at: Date.now() });
      executors.run(job);
    },
    handle(payload) {
      const message = readMessage(payload);
      if (typeof message === "string") session.files.log(`dropped a message: ${message}`);
      else handleMessage(message);
    },
  };
}
