import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { byHandle, type Task } from "./manifests.ts";
import type { Message } from "./read-message.ts";
import type { Session } from "./session.ts";

export interface Level {
  flow_job_id: string;
  flow: string;
  node_id: string;
}

export interface Job {
  id: string;
  stacks: Level[];
  task: Task;
  /** That the entry is relative to. */
  directory: string;
  /** Absent for an inline task. */
  blockPath?: string;
  /** The package whose executor runs it. */
  scope: string;
  /** Null for a block that is run directly and has none. */
  inputs: Record<string, unknown>;
  hasInputs: boolean;
  isReady: boolean;
  onOutput(handle: string, value: unknown): void;
  onProgress(progress: number): void;
  onPreview?(payload: unknown): void;
  onEnd(result: Record<string, unknown> | null, error: string | undefined): void;
}

interface Executor {
  name: string;
  identifier: string;
  child: ChildProcess;
  state: "spawned" | "ready" | "timed out";
  jobs: Set<Job>;
}

/** The executor processes of a session, one for each program and scope (oocana-protocol 1). */
export interface Executors {
  run(job: Job): void;
  handleReady(message: Message): void;
  done(job: Job): void;
  /** SIGTERM for what it has started itself, and for nothing else. */
  end(): void;
}

const readyTimeoutMs = Number(process.env.STAND_IN_READY_MS ?? 5_000);
const repeatMs = 3_000;

export function createExecutors(
  session: Session,
  { workspace, fail }: { workspace: string; fail(job: Job, error: string): void },
): Executors {
  const { options, id } = session;
  const executors = new Map<string, Executor>();
  const timedOut = new Map<string, string>();

  const offer = (job: Job, executor: Executor) => {
    const { name, identifier } = executor;
    const { entry, function: main } = job.task.executor.options ?? {};
    session.publish(`executor/${name}/run_block`, {
      ...{ type: "BlockPayload", session_id: id, executor_name: name, job_id: job.id, identifier },
      ...{ stacks: job.stacks, dir: job.directory },
      executor: {
        name,
        ...(job.task.executor.options && { options: { entry, function: main, spawn: false } }),
      },
      ...(job.task.outputs_def && { outputs: byHandle(job.task.outputs_def) }),
    });
    setTimeout(() => {
      if (executor.jobs.has(job) && !job.isReady) offer(job, executor);
    }, repeatMs).unref();
  };

  const failAll = ({ jobs }: Executor, error: string) => {
    for (const job of [...jobs]) fail(job, error);
  };

  const start = (name: string, scope: string): Executor => {
    const identifier = identifierOf(id, scope);
    const temporary = join(options.temporaryRoot, `flow-${shortHash(options.path, 8)}`);
    mkdirSync(join(temporary, basename(scope)), { recursive: true });
    const own = scope === workspace;
    const env = {
      ...process.env,
      IS_FORKED: "1",
      OOCANA_PKG_DIR: own ? options.projectData : join(options.packageDataRoot, basename(scope)),
    };
    session.files.log(`spawn ${name}-executor ${JSON.stringify(env)}`);
    const places = ["--session-dir", options.sessionDirectory, "--tmp-dir", temporary, "--package", scope];
    const args = ["--session-id", id, "--address", options.broker, "--identifier", identifier, ...places];
    const child = spawn(`${name}-executor`, args, { stdio: ["ignore", "pipe", "pipe"], env });
    const executor: Executor = { name, identifier, child, state: "spawned", jobs: new Set() };
    const key = `${name} ${identifier}`;
    executors.set(key, executor);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text) => session.files.log(text));
    child.once("error", (error) => {
      executors.delete(key);
      failAll(executor, `Failed to spawn ${name}-executor. ${error.message}`);
    });
    child.once("exit", (code) => {
      if (executors.get(key) === executor) executors.delete(key);
      // Of an end with 0 it takes no notice (oocana-protocol 9.1 #5).
      if (code !== 0) failAll(executor, `Executor ${name}-executor exit with code ${code ?? -1}`);
    });
    setTimeout(() => {
      if (executor.state !== "spawned" || child.exitCode !== null) return;
      executor.state = "timed out";
      const error = `Executor ${name}-executor identifier Some("${identifier}") for package ${scope} timeout after 5s`;
      timedOut.set(key, error);
      failAll(executor, error);
    }, readyTimeoutMs).unref();
    return executor;
  };

  return {
    run(job) {
      const { name } = job.task.executor;
      const key = `${name} ${identifierOf(id, job.scope)}`;
      const late = timedOut.get(key);
      if (late !== undefined) return fail(job, late);
      const known = executors.get(key);
      const executor = known ?? start(name, job.scope);
      executor.jobs.add(job);
      if (known) offer(job, executor);
    },
    handleReady({ executor_name, identifier }) {
      const executor = executors.get(`${executor_name} ${identifier}`);
      if (!executor || executor.state === "timed out") return;
      executor.state = "ready";
      for (const job of executor.jobs) offer(job, executor);
    },
    done(job) {
      for (const { jobs } of executors.values()) jobs.delete(job);
    },
    end() {
      for (const { child } of executors.values()) child.kill("SIGTERM");
    },
  };
}

export function identifierOf(sessionId: string, scope: string): string {
  return `${sessionId}-${shortHash(scope, 16)}`;
}

function shortHash(text: string, characters: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, characters);
}

export function about({ id, stacks, blockPath }: Pick<Job, "id" | "stacks" | "blockPath">) {
  return { job_id: id, stacks, ...(blockPath && { block_path: blockPath }) };
}
