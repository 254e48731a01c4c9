import { ApiError, InvalidInputError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import { path as pathOf } from "../http/path.ts";
import { requireExtension } from "../http/require-extension.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { RequestOptions } from "../request-options.ts";
import type { RunResult, TaskRunReference } from "../run/task-run.ts";
import type { TransportResponse } from "../transport/transport.ts";
import { logsAnswerSchema, taskAnswerSchema } from "../wire/index.ts";
import { type DownloadProgress, downloadBody } from "./download-body.ts";
import { filesOfResult, pathInSession, relativePath, sessionOf } from "./session-path.ts";

/** The task of the file: its id, or the outcome of `run`, which saves a request for an absolute path. */
export type DownloadableTask = string | TaskRunReference | Pick<RunResult, "taskId" | "logs">;

export interface DownloadOptions extends RequestOptions {
  /** Also ends a download in progress: its body then fails with the signal's reason. */
  signal?: AbortSignal;
  /** The longest silence of the server, before its answer and within it. Default: the client's `timeoutMs`. */
  timeoutMs?: number;
  /** Called as bytes arrive, at most twenty times a second, and once at the end. */
  onDownloadProgress?: (progress: DownloadProgress) => void;
}

/** The head of the answer, as far as it describes the file. */
interface FileHead {
  name: string;
  type: string;
  sizeBytes: number | undefined;
  etag: string | undefined;
}

/**
 * A file of a task. Its bytes are fetched as they are read, so memory use stays flat. They can be read once: by `body`, a
 * `for await` loop or one of the methods. `await using`, or the end of the client, cancels what has not been read.
 */
export class Download implements AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly taskId: string;
  /** Below the task's session directory. */
  readonly path: string;
  /** Last part of the path, as the server has it: not safe as a file name on your own disk. */
  readonly name: string;
  /** MIME type. */
  readonly type: string;
  /** `undefined` if the server does not tell. */
  readonly sizeBytes: number | undefined;
  readonly etag: string | undefined;
  readonly body: ReadableStream<Uint8Array>;

  /** @internal Made by `tasks.download`. */
  constructor(taskId: string, path: string, head: FileHead, body: ReadableStream<Uint8Array>) {
    this.taskId = taskId;
    this.path = path;
    this.name = head.name;
    this.type = head.type;
    this.sizeBytes = head.sizeBytes;
    this.etag = head.etag;
    this.body = body;
  }

  /** The whole file as UTF-8 text. */
  text(): Promise<string> {
    return this.#response().text();
  }

  /** The whole file as JSON. @throws {SyntaxError} if it is not JSON. */
  json(): Promise<unknown> {
    return this.#response().json();
  }

  /** The whole file, in memory. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#response().arrayBuffer());
  }

  /** The whole file as a `File` with name and type. */
  async file(): Promise<File> {
    return new File([await this.#response().arrayBuffer()], this.name, { type: this.type });
  }

  /** The whole file as a `Blob` with its type. */
  blob(): Promise<Blob> {
    return this.#response().blob();
  }

  /** Chunk by chunk, as they arrive. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined> {
    // Not every browser can loop over a stream.
    const reader = this.body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  /** Cancels what has not been read, and closes its connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.body.locked) await this.body.cancel().catch(() => undefined);
  }

  #response(): Response {
    return new Response(this.body, { headers: { "content-type": this.type } });
  }
}

/** Requests a file of a task, once it is known that the server serves files. */
export async function openDownload(
  http: Http,
  options: ResolvedClientOptions,
  task: DownloadableTask,
  path: string,
  { onDownloadProgress, ...request }: DownloadOptions,
): Promise<Download> {
  if (typeof path !== "string") {
    throw new InvalidInputError(
      "path",
      `expected text, got ${String(path)}. Does the result have an output of that name?`,
    );
  }
  const taskId = typeof task === "string" ? task : task.taskId;
  const taskPath = pathOf`/v1/tasks/${taskId}`;
  const ask = { ...request, method: "GET", isIdempotent: true } as const;
  const inSession =
    relativePath(path) ??
    below(path, knownSession(task) ?? (await askForSession(http, { ...ask, path: `${taskPath}/logs` })));
  const filePath = pathOf`/v1/tasks/${taskId}/files/${inSession.split("/")}`;
  const look = { ...ask, path: taskPath, schema: taskAnswerSchema };
  await requireExtension(http, "files", "serves no files of tasks", look);
  const call = {
    ...ask,
    path: filePath,
    // Without compression: ranges and lengths would otherwise be those of the compressed form.
    headers: { ...request.headers, "accept-encoding": "identity" },
    schema: taskAnswerSchema,
  };
  const response = await http.open(call, "*/*");
  const head = headOf(response, inSession);
  const body = downloadBody({ http, options, call, response, ...head, onDownloadProgress });
  return new Download(taskId, inSession, head, body);
}

/** Each file that a result names; cancelled if it has not been read when the next one is requested. */
export async function* openDownloads(
  http: Http,
  options: ResolvedClientOptions,
  outcome: Pick<RunResult, "taskId" | "result" | "logs">,
  request: DownloadOptions,
): AsyncGenerator<Download, undefined> {
  for (const path of filesOfResult(outcome)) {
    try {
      const download = await openDownload(http, options, outcome, path, request);
      // Not by `using`: what stands for it in older browsers is 0.5 kB.
      try {
        yield download;
      } finally {
        await download[Symbol.asyncDispose]();
      }
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 404) throw failure;
      options.hooks.onWarning?.(`The result names "${path}", which is not a file: ${failure.message}`);
    }
  }
}

function knownSession(task: DownloadableTask): string | undefined {
  return typeof task === "object" && "logs" in task ? sessionOf(task.logs) : undefined;
}

async function askForSession(http: Http, call: Omit<HttpCall, "schema">): Promise<string> {
  const { data } = await http.call({ ...call, schema: logsAnswerSchema });
  return sessionOf(data.logs) ?? "";
}

function below(path: string, sessionId: string): string {
  const inside = pathInSession(path, sessionId);
  if (inside !== undefined) return inside;
  throw new InvalidInputError(
    "path",
    `"${path}" is not in the task's session directory. Pass a path from the task's result, or one relative to that directory.`,
  );
}

function headOf(response: TransportResponse, path: string): FileHead {
  const length = response.header("content-length");
  // If the answer was compressed on the way, its length is not the file's.
  const encoding = response.header("content-encoding") ?? "identity";
  const isPlain = encoding === "identity";
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    type: response.header("content-type") ?? "application/octet-stream",
    sizeBytes: isPlain && length !== undefined ? Number(length) : undefined,
    etag: isPlain ? response.header("etag") : undefined,
  };
}
