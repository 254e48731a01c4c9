import { basename } from "node:path";
import { spanIdOfJob } from "@oomol/connect-shared/job-trace";
import { type StackLevel, topics } from "@oomol/scriptlet/wire";
import type { SessionMessage } from "../../broker/session-message.ts";
import { blockIdOf } from "../../packages/block-id.ts";
import type { PackageCatalog } from "../../packages/package-catalog.ts";
import type { InstalledBlock } from "../../packages/read-package.ts";
import { noSpan, type Span } from "../../tracing/tracing.ts";
import { messageOf } from "../../values.ts";
import type { SessionRequest } from "../engine.ts";
import { answerRequest, type RunRequest } from "./answer-request.ts";
import type { HidePaths } from "./hide-session-paths.ts";
import type { Job, JobFinish } from "./job.ts";
import type { Session } from "./open-session.ts";
import { runOnExecutor } from "./run-on-executor.ts";
import type { Executor } from "./start-executor.ts";

/** The blocks of one session: the one that the task runs, and those that blocks run. */
export interface SessionJobs {
  /** Runs the task's own block. When it ends, whatever it has started ends with it. */
  run(job: TaskJob, signal: AbortSignal): Promise<JobFinish>;
}

export type TaskJob = Pick<Job, "id" | "block" | "inputs" | "onEnding">;

export interface SessionJobsParts {
  session: Session;
  catalog: PackageCatalog;
  /** Folders of this server are no business of callers. */
  hidePaths: HidePaths;
  /** Each job is a part of it, or of the job that runs it. */
  span?: Span | undefined;
  /** Called with what observers are to see, in order. */
  onEvent: SessionRequest["onEvent"];
}

/** The node that a block run directly counts as. */
const blockNode = "_";

export function createSessionJobs(parts: SessionJobsParts): SessionJobs {
  const { session, catalog, hidePaths, span: sessionSpan = noSpan, onEvent } = parts;
  const nested = new Map<string, (finish: JobFinish) => void>();
  let isOver = false;

  /** Events of a job carry its place, which is not where the server keeps it: logs travel to clients. */
  const emit = ({ block, stacks }: Pick<Job, "block" | "stacks">, message: SessionMessage) => {
    const room = onEvent({
      type: message.type,
      nodeId: stacks.at(-1)?.node_id ?? blockNode,
      event: hidePaths(block, { ...message, block_path: shownPathOf(block), stacks }),
    });
    if (room !== undefined) session.room.hold(room);
  };

  const start = (
    base: Omit<Job, "onEvent" | "onRequest" | "span">,
    whole: Span,
    report: (message: SessionMessage) => void,
  ) => {
    const name = blockIdOf(base.block);
    const attributes = { "oomol.block.id": name, "oomol.job.id": base.id };
    const spanId = whole.context && spanIdOfJob(whole.context, base.id);
    const span = whole.child(`block ${name}`, { attributes, ...(spanId && { spanId }) });
    const job: Job = {
      ...base,
      span,
      onEvent: (message) => told(message),
      onRequest: (message) =>
        void answerRequest({ session, catalog, job, runBlock: (wanted) => runNested(job, wanted) }, message),
    };
    const about = { session_id: session.id, job_id: job.id };
    let progress: unknown;
    const told = (message: SessionMessage) => {
      if (message.type === "BlockProgress") progress = message.progress;
      report(message);
    };
    report({ type: "BlockStarted", ...about, inputs: job.inputs, create_at: Date.now() });
    return {
      job,
      finish: (finished: JobFinish) => {
        // Executors keep progress back for a moment, and that for Python loses the last of it.
        if (progress !== undefined && progress !== 100 && finished.error === undefined)
          report({ type: "BlockProgress", ...about, progress: 100 });
        report({ type: "BlockFinished", ...about, ...finished, finish_at: Date.now() });
        span.end(finished.error);
      },
    };
  };

  /** A block that a block runs (oocana-protocol 2.4): what it does is reported to the task's logs, and on `report` to its caller. */
  const runNested = (caller: Job, { id, name, block, inputs }: RunRequest) => {
    if (isOver) return;
    const level: StackLevel = {
      flow_job_id: caller.id,
      flow: shownPathOf(caller.block),
      node_id: `run_block::${name}`,
    };
    const stacks = [...caller.stacks, level];
    const report = (message: SessionMessage) => {
      emit({ block, stacks }, message);
      if (!engineReports.has(message.type)) return; // its executor has said it there
      session.room.publish(topics.report, { ...message, block_path: shownPathOf(block), stacks });
    };
    const over = new AbortController();
    const { job, finish } = start({ id, block, inputs, stacks }, caller.span, (message) => {
      if (!over.signal.aborted) report(message);
    });
    const end = (finished: JobFinish) => {
      if (!nested.delete(id)) return;
      finish(finished);
      over.abort();
    };
    nested.set(id, end);
    void executorFor(session, block)
      .then((executor) => runOnExecutor(executor, job, over.signal))
      .catch((error: unknown) => ({ error: messageOf(error) }))
      .then(end);
  };

  return {
    async run(base, signal) {
      const stacks: StackLevel[] = [];
      const { job, finish } = start({ ...base, stacks, endsSession: true }, sessionSpan, (message) => {
        if (!isOver) emit({ block: base.block, stacks }, message);
      });
      const finished = await runOnExecutor(session.executor, job, signal);
      for (const end of [...nested.values()]) end({ error: "The block that started it has ended." });
      finish(finished);
      isOver = true;
      return finished;
    },
  };
}

/** What the engine says on `report` about blocks that blocks run; executors say the rest themselves (oocana-protocol 2.5). */
const engineReports = new Set([
  "BlockStarted",
  "BlockOutput",
  "BlockOutputs",
  "BlockPreview",
  "BlockError",
  "BlockFinished",
]);

/** A block of the caller's package shares its process, one of another package has its own (oocana-protocol 1.3). */
function executorFor(session: Session, block: InstalledBlock): Promise<Executor> {
  const { packageName, packageDirectory } = block;
  const executorName = block.executor.name;
  return session.executorOf({ executorName, packageName, packageDirectory, firstBlock: block });
}

export function shownPathOf(block: InstalledBlock): string {
  return `${block.path}/${basename(block.manifestFile)}`;
}
