import type { BlockId, InputsOf, OutputsOf } from "./block-registry.ts";
import type { BlocksClient } from "./blocks.ts";
import type { Download, DownloadableTask, DownloadOptions } from "./downloads/download.ts";
import { InvalidInputError } from "./errors/index.ts";
import { callHeld } from "./http/call-held.ts";
import type { Http } from "./http/http.ts";
import type { HttpCall } from "./http/http-call.ts";
import { path } from "./http/path.ts";
import { isTransient } from "./http/with-retries.ts";
import { blockItself } from "./input-values/block-itself.ts";
import { plainInputValues } from "./input-values/plain-input-values.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { OwnOptions, RequestOptions } from "./request-options.ts";
import type { Created } from "./run/created.ts";
import type { RunManyOptions, SettledRun } from "./run/run-many.ts";
import { takeFiles } from "./run/take-files.ts";
import { createTaskEndpoints } from "./run/task-endpoints.ts";
import type { ListTasksOptions, ListTasksResponse } from "./run/task-pages.ts";
import type { CreateTaskRequest } from "./run/task-request.ts";
import { type RunResult, TaskRun, type TaskRunReference } from "./run/task-run.ts";
import { isRefusedStream, TaskWatch } from "./run/task-watch.ts";
import type { UploadProgress } from "./transport/upload-progress.ts";
import type { UploadResolver } from "./transport/upload-source.ts";
import type { NodeInputs, Task, TaskInputValues, TaskLog, TaskWebhook } from "./types.ts";
import type { FileUpload } from "./uploads/file-upload.ts";
import { openDeadline } from "./waiting/deadline.ts";
import { untilAborted } from "./waiting/delay.ts";
import { type PollingOptions, resolvePollingOptions } from "./waiting/polling-options.ts";
import { createTaskAnswerSchema, taskAnswerSchema } from "./wire/index.ts";

/** The answer of `GET /v1/tasks/{id}`, and of a stop. */
export interface GetTaskResponse {
  task: Task;
  success?: boolean | undefined;
}

/** The answer of `POST /v1/tasks`. */
export interface CreateTaskResponse extends GetTaskResponse {
  /** The owner of the token, if the server names it. */
  userID?: string | undefined;
}

/** The answer of `GET /v1/tasks/{id}/logs`. */
export interface GetTaskLogsResponse {
  logs: TaskLog[];
  success?: boolean | undefined;
}

/** Options of calls that may send files. */
export interface UploadOptions {
  /** Called as bytes leave, with a growing `loaded`, and once when the server has accepted them. */
  onUploadProgress?: (progress: UploadProgress) => void;
}

type CreationOptions = RequestOptions &
  Pick<HttpCall, "outlivesAbort"> & { [Name in keyof UploadOptions]?: UploadOptions[Name] | undefined };

/** Options of {@link TasksClient.start} and {@link TasksClient.attach}. */
export interface StartOptions extends PollingOptions {
  /** At the end of `await using`, stop the task if it has not ended. Default false. */
  stopOnDispose?: boolean;
}

/** Tasks: one method per endpoint of `/v1/tasks`, and methods that create a task, wait and read the result in one call. */
export class TasksClient<Source> {
  readonly #http: Http;
  readonly #options: ResolvedClientOptions;
  readonly #resolveUpload: UploadResolver<Source>;
  readonly #blocks: BlocksClient;

  /** @internal */
  constructor(
    http: Http,
    options: ResolvedClientOptions,
    resolveUpload: UploadResolver<Source>,
    blocks: BlocksClient,
  ) {
    this.#http = http;
    this.#options = options;
    this.#resolveUpload = resolveUpload;
    this.#blocks = blocks;
  }

  /**
   * The tasks that the server has stored, the newest first if `options` choose some. All of them are held in memory, with their inputs: use
   * `limit`, or {@link iterate}. A server without pages (connect-api 6.7) sends all of its tasks, and the client chooses.
   *
   * @example
   * const { tasks } = await client.tasks.list({ status: "failed", limit: 20 });
   * @throws {@link UnsupportedError} for `before` if the server has no pages.
   */
  async list(options: ListTasksOptions = {}): Promise<ListTasksResponse> {
    const { listTasks } = await import("./run/task-pages.ts");
    return listTasks(this.#http, options);
  }

  /**
   * The tasks that the server has stored, the newest first, requested page by page as they are read. Tasks that are created meanwhile are
   * not among them.
   *
   * @example
   * for await (const task of client.tasks.iterate({ blockId: "audio-lab::text-to-audio" })) console.log(task.id, task.status);
   * @throws What {@link list} throws.
   */
  async *iterate(options: ListTasksOptions = {}): AsyncGenerator<Task, undefined> {
    const { iterateTasks } = await import("./run/task-pages.ts");
    yield* iterateTasks(this.#http, options);
  }

  /**
   * Creates a task and does not wait for it. The server assigns its `files` to the block's inputs for files.
   *
   * @throws {@link InvalidInputError} for inputs and files that cannot be sent, {@link ApiError} if the server refuses them.
   */
  async create<const Id extends BlockId>(
    request: CreateTaskRequest<Id, Source>,
    options: RequestOptions & UploadOptions = {},
  ): Promise<CreateTaskResponse> {
    return this.#create(request, options);
  }

  /** {@link create} with `files`, under its older name. */
  async createWithFiles<const Id extends BlockId>(
    blockId: Id,
    inputValues: Partial<InputsOf<Id>> | undefined,
    files: Source | FileUpload | readonly (Source | FileUpload)[],
    options: RequestOptions & UploadOptions = {},
  ): Promise<CreateTaskResponse> {
    return this.create(withFiles(blockId, inputValues, files), options);
  }

  /**
   * The current state of a task.
   *
   * @throws {@link ApiError} with status 404 if the server does not know it.
   */
  async get(taskId: string, options: RequestOptions = {}): Promise<GetTaskResponse> {
    const call = { ...options, method: "GET", path: path`/v1/tasks/${taskId}`, isIdempotent: true } as const;
    return (await this.#http.call({ ...call, schema: taskAnswerSchema })).data;
  }

  /** Stops a task; a task that has ended stays as it is. */
  async stop(taskId: string, options: RequestOptions = {}): Promise<GetTaskResponse> {
    const call = { ...options, method: "POST", path: path`/v1/tasks/${taskId}/stop` } as const;
    return (await this.#http.call({ ...call, schema: taskAnswerSchema, isIdempotent: true })).data;
  }

  /**
   * Deletes a task that has ended, with its logs and files.
   *
   * @throws {@link ApiError} with status 409 if it has not ended, 404 if the server does not know it (any more: also if an
   *   attempt of this call whose answer was lost has deleted it); {@link UnsupportedError} if the server deletes no tasks.
   */
  async delete(taskId: string, options: RequestOptions = {}): Promise<void> {
    const { deleteTask } = await import("./http/deletions.ts");
    return deleteTask(this.#http, taskId, options);
  }

  /** All logs so far, in order; in several requests if they are many. */
  async getLogs(taskId: string, options: RequestOptions = {}): Promise<GetTaskLogsResponse> {
    const { readLogs } = await import("./run/all-logs.ts");
    return readLogs(this.#http, { ...options, path: path`/v1/tasks/${taskId}/logs` });
  }

  /**
   * Waits until a task ends.
   *
   * @throws {@link TaskFailedError}, {@link TaskStoppedError}, {@link TimeoutError}, or the reason of an aborted signal.
   */
  async waitForCompletion(taskId: string, options: PollingOptions = {}): Promise<Task> {
    const run = this.attach(taskId, options);
    return leaving(run, run.completion());
  }

  /** {@link create}, then {@link waitForCompletion}. */
  async createAndWait<const Id extends BlockId>(
    request: CreateTaskRequest<Id, Source>,
    options: PollingOptions & UploadOptions = {},
  ): Promise<{ taskId: string; task: Task }> {
    const isFollowed = options.onLog !== undefined || options.onProgress !== undefined;
    const run = await this.#startWaiting(request, options, isFollowed ? "stream" : "hold");
    return { taskId: run.id, task: await leaving(run, run.completion()) };
  }

  /** {@link createAndWait} with `files`, under its older name. */
  async createWithFilesAndWait<const Id extends BlockId>(
    blockId: Id,
    inputValues: Partial<InputsOf<Id>> | undefined,
    files: Source | FileUpload | readonly (Source | FileUpload)[],
    options: PollingOptions & UploadOptions = {},
  ): Promise<{ taskId: string; task: Task }> {
    return this.createAndWait(withFiles(blockId, inputValues, files), options);
  }

  /**
   * Creates a task, waits for its end and reads its result.
   *
   * @example
   * const { result } = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
   * @throws {@link TaskFailedError}, {@link TaskStoppedError}, {@link TimeoutError}, or the reason of an aborted signal.
   */
  async run<const Id extends BlockId>(
    request: CreateTaskRequest<Id, Source>,
    options: PollingOptions & UploadOptions = {},
  ): Promise<RunResult<OutputsOf<Id>>> {
    const run = await this.#startWaiting(request, options, "stream");
    return leaving(run, run.result());
  }

  /** {@link run} with `files`, under its older name. */
  async runWithFiles<const Id extends BlockId>(
    blockId: Id,
    inputValues: Partial<InputsOf<Id>> | undefined,
    files: Source | FileUpload | readonly (Source | FileUpload)[],
    options: PollingOptions & UploadOptions = {},
  ): Promise<RunResult<OutputsOf<Id>>> {
    return this.run(withFiles(blockId, inputValues, files), options);
  }

  /** Creates a task and returns its handle, to follow, await or stop it. */
  async start<const Id extends BlockId>(
    request: CreateTaskRequest<Id, Source>,
    options: StartOptions & UploadOptions = {},
  ): Promise<TaskRun<OutputsOf<Id>>> {
    const { stopOnAbort: outlivesAbort, onUploadProgress } = options;
    return this.#starting<OutputsOf<Id>>(options, (given) =>
      this.#create(request, { ...given, outlivesAbort, onUploadProgress }),
    );
  }

  /** The handle of an existing task, by its id or by what `JSON.stringify(run)` kept. Sends no request. */
  attach<Outputs = OutputsOf<string>>(
    task: string | TaskRunReference,
    options: StartOptions = {},
  ): TaskRun<Outputs> {
    return this.#openRun<Outputs>(typeof task === "string" ? task : task.taskId, options);
  }

  /**
   * Runs many tasks, a few at a time, and yields each outcome as it comes. Requests are read one by one as places become
   * free, so an endless iterable is fine; leaving the loop aborts the waits that are still open.
   */
  async *runMany<const Id extends BlockId>(
    requests: Iterable<CreateTaskRequest<Id, Source>> | AsyncIterable<CreateTaskRequest<Id, Source>>,
    options: RunManyOptions = {},
  ): AsyncGenerator<SettledRun<CreateTaskRequest<Id, Source>, RunResult<OutputsOf<Id>>>, undefined> {
    const { runMany } = await import("./run/run-many.ts");
    yield* runMany(requests, (request, signal) => this.run(request, { ...options, signal }), options);
  }

  /**
   * Requests a file that a task made. Resolves when the answer begins; its bytes are fetched as they are read. `path` is a
   * path from the result (on the server's own disk), or one relative to the task's session directory. A download whose
   * connection breaks is resumed.
   *
   * @example
   * const outcome = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
   * const sound = await client.tasks.download(outcome, outcome.result.audio_address);
   * const bytes = await sound.bytes();
   * @throws {@link UnsupportedError} if the server does not serve files, {@link ApiError} if it has no such file,
   *   {@link InvalidInputError} for a path that cannot be one of this task's.
   */
  async download(task: DownloadableTask, path: string, options: DownloadOptions = {}): Promise<Download> {
    const { openDownload } = await import("./downloads/download.ts");
    return openDownload(this.#http, this.#options, task, path, options);
  }

  /**
   * Downloads each file that a result names, at any depth, one after the other: read or save each before the next. If the
   * server has no file for a path, a folder for instance, the path is skipped with a warning.
   *
   * @example
   * const outcome = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
   * for await (const file of client.tasks.downloadAll(outcome)) console.log(file.name, file.sizeBytes);
   * @throws What {@link download} throws.
   */
  async *downloadAll(
    outcome: Pick<RunResult, "taskId" | "result" | "logs">,
    options: DownloadOptions = {},
  ): AsyncGenerator<Download, undefined> {
    const { openDownloads } = await import("./downloads/download.ts");
    yield* openDownloads(this.#http, this.#options, outcome, options);
  }

  /** {@link start} for callers that wait at once: if the server can, the creation itself waits. */
  async #startWaiting<Id extends BlockId>(
    request: CreateTaskRequest<Id, Source>,
    options: StartOptions & UploadOptions,
    how: "stream" | "hold",
  ): Promise<TaskRun<OutputsOf<Id>>> {
    const mayWait = this.#mayWait(options, how === "stream" ? "events" : "wait");
    if (!mayWait || hasFiles(request)) return this.start(request, options);
    const { clock } = this.#options;
    const call = {
      ...creation,
      json: await bodyOf(request, this.#http, options),
      idempotencyKey: crypto.randomUUID(),
    };
    return this.#starting<OutputsOf<Id>>(options, async (given, leftMs) => {
      const creating = { ...given, ...call };
      if (how === "hold") {
        const holdMs = Math.min(longestCreationMs, leftMs);
        return (await callHeld(this.#http, clock, creating, holdMs)).answer.data;
      }
      const { createStreamed } = await import("./run/create-and-follow.ts");
      const mayPass = (failure: unknown) => isTransient(failure) || isRefusedStream(failure);
      return createStreamed(this.#http, this.#options, creating, mayPass);
    });
  }

  /** A creation that waits may have to be retried, and cannot be stopped before its answer. */
  #mayWait(options: StartOptions, extension: "wait" | "events"): boolean {
    return (
      this.#http.mayHold(extension) &&
      this.#http.extensions.has("idempotency") &&
      options.stopOnAbort !== true &&
      resolvePollingOptions(options).schedule === undefined
    );
  }

  async #create(
    request: CreateTaskRequest<BlockId, Source>,
    { onUploadProgress, outlivesAbort, ...options }: CreationOptions,
  ): Promise<CreateTaskResponse> {
    const post = (body: Pick<HttpCall, "json" | "upload" | "onBytesSent">) =>
      this.#post({ ...options, outlivesAbort, ...body });
    if (!hasFiles(request)) return post({ json: await bodyOf(request, this.#http, options) });
    const { blockId, files } = checkRequest(request);
    const [taken, json] = await Promise.all([
      takeFiles(files, this.#resolveUpload),
      bodyOf(request, this.#http, options),
    ]);
    const { createWithFiles } = await import("./run/create-with-files.ts");
    return createWithFiles({
      blockId,
      blockNodeId: blockItself,
      ...json,
      files: taken,
      onUploadProgress,
      http: this.#http,
      client: this.#options,
      call: options,
      listBlocks: () => this.#blocks.list(options),
      post,
    });
  }

  /** The time that the caller allows for the whole call includes the creation. */
  async #starting<Outputs>(
    options: StartOptions,
    create: (options: RequestOptions & { signal: AbortSignal }, leftMs: number) => Promise<Created>,
  ): Promise<TaskRun<Outputs>> {
    const { clock } = this.#options;
    const { timeoutMs } = resolvePollingOptions(options);
    const deadlineMs = clock.now() + timeoutMs;
    const { signal, stopOnAbort } = options;
    const own = ownOf(options);
    const deadline = openDeadline({
      awaited: "the task to be created",
      mayHaveHappened: true,
      timeoutMs,
      deadlineMs,
      signal,
      clock,
    });
    const creation = create({ ...own, signal: deadline.signal }, timeoutMs);
    try {
      const created = await untilAborted(creation, deadline.signal);
      return this.#openRun<Outputs>(created.task.id, options, { ...created, deadlineMs });
    } catch (failure) {
      creation.then(({ stream }) => stream?.cancel()).catch(() => undefined);
      // Nobody else knows of a task that is created nevertheless.
      if (stopOnAbort && deadline.signal.aborted) {
        const stop = ({ task }: Created) => this.#stopUnasked(task.id, own);
        this.#http.inBackground(creation.then(stop, () => undefined));
      }
      throw failure;
    } finally {
      deadline.close();
    }
  }

  #openRun<Outputs>(
    taskId: string,
    options: StartOptions,
    created?: Created & { deadlineMs: number },
  ): TaskRun<Outputs> {
    const { stopOnAbort, stopOnDispose = false } = options;
    const own = ownOf(options);
    const { clock, random } = this.#options;
    const polling = resolvePollingOptions(options);
    const deadlineMs = created?.deadlineMs ?? clock.now() + polling.timeoutMs;
    // The caller gets the abort's reason at once, without waiting for the task's end.
    const onAbort = stopOnAbort ? () => this.#http.inBackground(this.#stopUnasked(taskId, own)) : undefined;
    const watched = { ...options, polling, deadlineMs, onAbort, clock, random };
    const endpoints = createTaskEndpoints(this.#http, this.#options, taskId, own, created);
    const watch = new TaskWatch(taskId, endpoints, watched);
    if (created) watch.noteCreated(created.task, created.isSpoiled);
    const stop = async () => (await this.stop(taskId, own)).task;
    return new TaskRun(watch, stop, { stopOnDispose, onLeave: () => void created?.stream?.cancel() });
  }

  /** Nobody awaits this stop; its failure is a warning. */
  async #stopUnasked(taskId: string, own: RequestOptions): Promise<void> {
    try {
      await this.stop(taskId, own);
    } catch (trouble) {
      this.#options.hooks.onWarning?.(`Task ${taskId} could not be stopped: ${String(trouble)}`);
    }
  }

  async #post(body: Pick<HttpCall, "json" | "upload" | "onBytesSent" | "outlivesAbort"> & RequestOptions) {
    return (await this.#http.call({ ...body, ...creation })).data;
  }
}

/** The longest that a creation waits for the end of a short task; after that the task is polled by its id. */
const longestCreationMs = 5_000;

const creation = {
  method: "POST",
  path: "/v1/tasks",
  schema: createTaskAnswerSchema,
  isIdempotent: false,
} as const;

/** What is the same for each request of a run. */
function ownOf({ headers, run }: RequestOptions): OwnOptions {
  return { headers, run };
}

/** Nobody else holds this run; release it when the wait ends. */
async function leaving<Value>(run: Pick<TaskRun, "leave">, wait: Promise<Value>): Promise<Value> {
  try {
    return await wait;
  } finally {
    run.leave();
  }
}

async function bodyOf(
  request: { blockId: unknown; inputValues?: unknown; webhook?: TaskWebhook | undefined },
  http: Http,
  options: RequestOptions,
) {
  const { blockId } = checkRequest(request);
  // The registry has told the compiler what a block takes; anything else is told now.
  const inputValues = request.inputValues as TaskInputValues | undefined;
  const body = {
    manifest: blockId,
    inputValues: plainInputValues(inputValues) ?? (await normalized(inputValues)),
  };
  return request.webhook
    ? (await import("./own-server.ts")).withWebhook(request.webhook, http, options, body)
    : body;
}

/** Loaded only for values that JSON does not carry as they are, and for the other forms. */
async function normalized(inputValues: TaskInputValues | undefined): Promise<NodeInputs[]> {
  const { normalizeInputValues } = await import("./input-values/normalize-input-values.ts");
  return normalizeInputValues(inputValues);
}

function hasFiles<Request extends { files?: unknown }>(
  request: Request,
): request is Request & { files: NonNullable<Request["files"]> } {
  const { files } = request;
  return Boolean(files) && !(Array.isArray(files) && files.length === 0);
}

/** The arguments of the older names, as a request. */
function withFiles<Id extends BlockId, Source>(
  blockId: Id,
  inputValues: Partial<InputsOf<Id>> | undefined,
  files: Source | FileUpload | readonly (Source | FileUpload)[],
): CreateTaskRequest<Id, Source> {
  const list = (Array.isArray(files) ? files : [files]) as readonly (Source | FileUpload)[];
  if (list.length === 0) throw new InvalidInputError("files", "the list is empty; without files, use `run`.");
  return { blockId, inputValues, files: list };
}

function checkRequest<Request extends { blockId: unknown }>(request: Request): Request {
  const { blockId } = request;
  if (typeof blockId !== "string" || !/^.+::.+$/.test(blockId)) {
    throw new InvalidInputError(
      "blockId",
      `expected "PACKAGE::BLOCK", got ${JSON.stringify(blockId) ?? String(blockId)}.`,
    );
  }
  return request;
}
