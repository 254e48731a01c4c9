import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mainframe } from "../../src/mainframe.ts";
import type {
  BlockInputs,
  BlockPayload,
  HandleDefs,
  InputPatch,
  ServiceBlockPayload,
  StackLevel,
} from "../../src/wire/index.ts";
import { topics } from "../../src/wire/index.ts";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** A message with the topic it came on, `session` and `report` told apart. */
export interface Heard {
  from: "session" | "report";
  type: string;
  job_id?: string;
  [field: string]: unknown;
}

export interface JobRequest {
  dir: string;
  entry?: string;
  function?: string;
  inputs?: Record<string, unknown> | null;
  inputsDef?: HandleDefs | null;
  patch?: Record<string, InputPatch[]> | null;
  outputs?: string[] | HandleDefs;
  stacks?: StackLevel[];
  blockPath?: string;
  jobId?: string;
  /** How many times run_block is sent; the engine repeats itself. */
  deliveries?: number;
  omitOutputs?: boolean;
  /** The engine never sends them, as when they are lost with the broker. */
  withholdInputs?: boolean;
}

export interface ServiceJobRequest
  extends Pick<JobRequest, "dir" | "entry" | "function" | "inputs" | "outputs"> {
  block: string;
  /** Once, unless an executor becomes ready again (oocana-protocol 9.1 #17). */
  deliveries?: number;
  stopAt?: string;
  keepAlive?: number;
}

export interface FakeEngineOptions {
  mainframe: Mainframe;
  sessionId?: string;
  scopePath: string;
  sessionDir?: string;
  tmpDir?: string;
}

/** The hash under which a service is known, made of its directory (oocana-protocol 2.2). */
export const serviceHashOf = shortHash;

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The engine's side of the protocol, written from the specification alone. */
export class FakeEngine {
  readonly sessionId: string;
  readonly identifier: string;
  /** All that came, in order of arrival. */
  readonly heard: Heard[] = [];
  readonly options: FakeEngineOptions;
  readonly #mainframe: Mainframe;
  readonly #news = new EventEmitter().setMaxListeners(0);
  readonly #inputs = new Map<string, BlockInputs>();
  readonly #sequences = new Map<string, number>();
  /** Jobs without a finish; every ExecutorReady has them sent again (oocana-protocol 1.4). */
  readonly #live = new Map<string, BlockPayload>();

  static async open(options: FakeEngineOptions): Promise<FakeEngine> {
    const engine = new FakeEngine(options);
    await engine.#mainframe.subscribe(topics.session(engine.sessionId), (text) =>
      engine.#hear("session", text),
    );
    await engine.#mainframe.subscribe(topics.report, (text) => engine.#hear("report", text));
    return engine;
  }

  private constructor(options: FakeEngineOptions) {
    this.options = options;
    this.#mainframe = options.mainframe;
    this.sessionId = options.sessionId ?? randomUUID();
    this.identifier = `${this.sessionId}-${shortHash(options.scopePath)}`;
  }

  /** The executor's command line, exactly as the engine writes it. */
  executorArguments(address: string, ...debug: string[]): string[] {
    const { scopePath, sessionDir = scopePath, tmpDir = scopePath } = this.options;
    const own = ["--session-id", this.sessionId, "--address", address, "--session-dir", sessionDir];
    return [...own, "--tmp-dir", tmpDir, "--identifier", this.identifier, ...debug, "--package", scopePath];
  }

  /** Starts the real program from its sources and waits until it is ready. */
  async spawnExecutor(
    address: string,
    { debug = [], env = {} }: SpawnOptions = {},
  ): Promise<SpawnedExecutor> {
    const nodeArguments = ["--conditions=@oomol/source", cli, ...this.executorArguments(address, ...debug)];
    const child = spawn(process.execPath, nodeArguments, {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        OOMOL_SCRIPTLET_CACHE_DIR: join(this.options.scopePath, ".test-cache"),
        IS_FORKED: "1",
        ...env,
      },
    });
    const executor = new SpawnedExecutor(child);
    const ready = this.next((message) => message.type === "ExecutorReady");
    await Promise.race([
      ready,
      executor.exited.then(() => {
        throw new Error(`the executor ended before it was ready: ${executor.stderr}`);
      }),
    ]);
    return executor;
  }

  /** Starts an executor, leader of its group, below a parent of its own; returns its process id and what kills the parent. */
  async spawnOrphan(address: string): Promise<{ processId: number; killParent(): void }> {
    const before = this.heard.length;
    const own = ["--conditions=@oomol/source", cli, ...this.executorArguments(address)];
    const script = `require("node:child_process").spawn(process.execPath, ${JSON.stringify(own)}, { stdio: "ignore", detached: true })`;
    const parent = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
    const ready = await this.next(
      (message) => message.type === "ExecutorReady" && this.heard.indexOf(message) >= before,
    );
    return { processId: Number(ready.process_id), killParent: () => parent.kill("SIGKILL") };
  }

  /** Sends run_block; the inputs follow its BlockReady, once. Returns the job's id. */
  async start(request: JobRequest): Promise<string> {
    const jobId = request.jobId ?? randomUUID();
    const stacks = request.stacks ?? [{ flow_job_id: "f1", flow: "/demo/flow.oo.yaml", node_id: "node-1" }];
    const outputs = this.#outputsOf(request);
    const payload: BlockPayload = {
      type: "BlockPayload",
      session_id: this.sessionId,
      executor_name: "nodejs",
      job_id: jobId,
      stacks,
      dir: request.dir,
      executor: {
        name: "nodejs",
        options: {
          ...(request.entry !== undefined && { entry: request.entry }),
          ...(request.function !== undefined && { function: request.function }),
          spawn: false,
        },
      },
      ...(!request.omitOutputs && { outputs }),
      identifier: this.identifier,
    };
    if (!request.withholdInputs) this.#inputs.set(jobId, this.#inputsOf(jobId, stacks, request));
    this.#live.set(jobId, payload);
    for (let delivery = 0; delivery < (request.deliveries ?? 1); delivery += 1) {
      await this.publish(topics.runBlock("nodejs"), payload);
    }
    return jobId;
  }

  /** Sends run_service_block; the inputs follow its BlockReady, once. Returns the job's id. */
  async startService(request: ServiceJobRequest): Promise<string> {
    const jobId = randomUUID();
    const payload: ServiceBlockPayload = {
      type: "ServiceBlockPayload",
      session_id: this.sessionId,
      job_id: jobId,
      stacks: [],
      executor_name: "nodejs",
      dir: request.dir,
      block_name: request.block,
      service_executor: {
        name: "nodejs",
        ...(request.entry !== undefined && { entry: request.entry }),
        ...(request.function !== undefined && { function: request.function }),
        start_at: "block_start",
        stop_at: request.stopAt ?? "session_end",
        keep_alive: request.keepAlive ?? null,
      },
      outputs: this.#outputsOf(request),
      service_hash: serviceHashOf(request.dir),
      identifier: this.identifier,
    };
    this.#inputs.set(jobId, this.#inputsOf(jobId, [], request));
    for (let delivery = 0; delivery < (request.deliveries ?? 1); delivery += 1) {
      await this.publish(topics.runServiceBlock("nodejs"), payload);
    }
    return jobId;
  }

  async runService(request: ServiceJobRequest): Promise<FinishedJob> {
    return this.finished(await this.startService(request));
  }

  #outputsOf({ outputs = {} }: Pick<JobRequest, "outputs">): HandleDefs {
    if (!Array.isArray(outputs)) return outputs;
    return Object.fromEntries(outputs.map((handle) => [handle, { handle }]));
  }

  #inputsOf(jobId: string, stacks: StackLevel[], request: Omit<JobRequest, "entry">): BlockInputs {
    return {
      type: "BlockInputs",
      session_id: this.sessionId,
      job_id: jobId,
      stacks,
      ...(request.blockPath !== undefined && { block_path: request.blockPath }),
      inputs: request.inputs ?? null,
      inputs_def: request.inputsDef ?? null,
      inputs_def_patch: request.patch ?? null,
    };
  }

  /** Runs a job to its finish. */
  async run(request: JobRequest): Promise<FinishedJob> {
    const jobId = await this.start(request);
    return this.finished(jobId);
  }

  async finished(jobId: string): Promise<FinishedJob> {
    const finish = await this.next((message) => message.type === "BlockFinished" && message.job_id === jobId);
    return { jobId, finish, messages: this.messagesOf(jobId) };
  }

  messagesOf(jobId: string): Heard[] {
    return this.heard.filter((message) => message.job_id === jobId);
  }

  /** The first message, heard already or still to come. */
  async next(matches: (message: Heard) => boolean): Promise<Heard> {
    for (;;) {
      const found = this.heard.find(matches);
      if (found !== undefined) return found;
      await once(this.#news, "message");
    }
  }

  /** Resolves when all that the broker has taken before has been heard. */
  async hearItself(): Promise<void> {
    const word = randomUUID();
    await this.publish(topics.report, { type: "Echo", session_id: this.sessionId, word });
    await this.next(({ type, word: heard }) => type === "Echo" && heard === word);
  }

  /** Calls `listener` with each message from now on. */
  onMessage(listener: (message: Heard) => void): void {
    this.#news.on("message", listener);
  }

  /** Publishes anything, as a stranger or the engine might. */
  publish(topic: string, payload: unknown): Promise<void> {
    return this.#mainframe.publish(topic, typeof payload === "string" ? payload : JSON.stringify(payload));
  }

  answer(request: Heard, answer: { result?: unknown; error?: string }): Promise<void> {
    const { job_id, request_id } = request;
    const topic = topics.response(this.sessionId, String(request_id));
    return this.publish(topic, { session_id: this.sessionId, job_id, request_id, ...answer });
  }

  finishSession(): Promise<void> {
    return this.publish(topics.report, { type: "SessionFinished", session_id: this.sessionId, finish_at: 1 });
  }

  #hear(from: Heard["from"], text: string): void {
    const message = { ...JSON.parse(text), from } as Heard;
    if (message.session_id !== this.sessionId || this.#isCopy(message)) return;
    this.heard.push(message);
    if (from === "session") this.#react(message);
    this.#news.emit("message", message);
  }

  /** What QoS 1 has delivered twice, because the broker died between forwarding and acknowledging it. */
  #isCopy({ from, job_id, sequence }: Heard): boolean {
    if (typeof sequence !== "number") return false;
    const key = `${from} ${job_id}`;
    if (sequence <= (this.#sequences.get(key) ?? 0)) return true;
    this.#sequences.set(key, sequence);
    return false;
  }

  #react(message: Heard): void {
    const jobId = String(message.job_id);
    if (message.type === "BlockReady") this.#sendInputs(jobId);
    if (message.type === "BlockFinished") this.#live.delete(jobId);
    if (message.type !== "ExecutorReady" || message.identifier !== this.identifier) return;
    for (const payload of this.#live.values()) void this.publish(topics.runBlock("nodejs"), payload);
  }

  /** Moved out on the first BlockReady; every later one gets null. */
  #sendInputs(jobId: string): void {
    const message = this.#inputs.get(jobId);
    if (message === undefined) return;
    void this.publish(topics.inputs(this.sessionId, jobId), message);
    this.#inputs.set(jobId, { ...message, inputs: null });
  }
}

export interface SpawnOptions {
  debug?: string[];
  env?: Record<string, string>;
}

export interface FinishedJob {
  jobId: string;
  finish: Heard;
  messages: Heard[];
}

export class SpawnedExecutor implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  stderr = "";
  stdout = "";

  constructor(child: ChildProcess) {
    this.child = child;
    this.exited = once(child, "exit").then(([code, signal]) => ({ code, signal }));
    child.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }
}
