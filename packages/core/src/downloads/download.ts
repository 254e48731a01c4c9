import { ApiError, InvalidInputError, UnsupportedError } from "../errors/index.ts";
import type { Http, HttpCall } from "../http/http.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { RequestOptions } from "../request-options.ts";
import type { RunResult, TaskRunReference } from "../run/task-run.ts";
import type { TransportResponse } from "../transport/transport.ts";
import type { TaskLog } from "../types.ts";
import { logsAnswerSchema, taskAnswerSchema } from "../wire/index.ts";
import { type DownloadProgress, downloadBody } from "./download-body.ts";
import { filesOfResult, pathInSession, relativePath, sessionOf } from "./session-path.ts";

/** Whose file: the id of a task, or what `run` gave, which spares a request where the path is absolute. */
export type DownloadableTask = string | TaskRunReference | Pick<RunResult, "taskId" | "logs">;

export interface DownloadOptions extends RequestOptions {
  /** Also ends a download under way: its body then fails with the signal's reason. */
  signal?: AbortSignal;
  /** How long the server may be silent, before its answer and within it. Default: the client's `timeoutMs`. */
  timeoutMs?: number;
  /** Called as bytes come, at most twenty times a second, and a last time at the end. */
  onDownloadProgress?: (progress: DownloadProgress) => void;
}

/** What the answer's head says of a file. */
interface FileHead {
  name: string;
  type: string;
  sizeBytes: number | undefined;
  etag: string | undefined;
}

/**
 * A file of a task on its way. Its bytes come as they are read, so memory stays flat; they can be read once, by `body`, a
 * `for await` loop or one of the methods. What is not read to its end is given up with `await using`, or the client's end.
 */
export class Download implements AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly taskId: string;
  /** Below the task's session directory. */
  readonly path: string;
  /** Last part of the path, as the server has it: not yet safe as the name of a file on one's own disk. */
  readonly name: string;
  /** MIME type. */
  readonly type: string;
  /** `undefined` where the server does not tell. */
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

  /** The whole as text, UTF-8. */
  text(): Promise<string> {
    return this.#response().text();
  }

  /** The whole as JSON. @throws {SyntaxError} where it is none. */
  json(): Promise<unknown> {
    return this.#response().json();
  }

  /** All of it, in memory. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#response().arrayBuffer());
  }

  /** The whole as a `File` with name and type. */
  async file(): Promise<File> {
    return new File([await this.#response().arrayBuffer()], this.name, { type: this.type });
  }

  /** The whole as a `Blob` with its type. */
  blob(): Promise<Blob> {
    return this.#response().blob();
  }

  /** Piece by piece, as it arrives. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined> {
    // Not every browser lets a stream be looped over itself.
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

  /** Gives up what has not been read, and closes its connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.body.locked) await this.body.cancel().catch(() => undefined);
  }

  #response(): Response {
    return new Response(this.body, { headers: { "content-type": this.type } });
  }
}

/** Asks for a file of a task, once it is known that the server has any to give. */
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
      `expected text, got ${String(path)}. Has the result an output of that name?`,
    );
  }
  const taskId = typeof task === "string" ? task : task.taskId;
  const taskPath = `/v1/tasks/${encodeURIComponent(taskId)}`;
  const ask = { ...request, method: "GET", isIdempotent: true } as const;
  const inSession =
    relativePath(path) ??
    below(path, knownSession(task) ?? (await askForSession(http, { ...ask, path: `${taskPath}/logs` })));
  // Any answer tells what the server offers.
  if (http.extensions.size === 0) await http.call({ ...ask, path: taskPath, schema: taskAnswerSchema });
  if (!http.extensions.has("files")) throw new UnsupportedError("files", "hands out no files of tasks");
  const call = {
    ...ask,
    path: `${taskPath}/files/${inSession.split("/").map(encodeURIComponent).join("/")}`,
    // The bytes as they are: ranges and lengths would be those of the compressed form.
    headers: { ...request.headers, "accept-encoding": "identity" },
    schema: taskAnswerSchema,
  };
  const response = await http.open(call, "*/*");
  const head = headOf(response, inSession);
  const body = downloadBody({ http, options, call, response, ...head, onDownloadProgress });
  return new Download(taskId, inSession, head, body);
}

/** Each file that a result names; given up where it has not been read when the next is asked for. */
export async function* openDownloads(
  http: Http,
  options: ResolvedClientOptions,
  outcome: Pick<RunResult, "taskId" | "result" | "logs">,
  request: DownloadOptions,
): AsyncGenerator<Download, undefined> {
  for (const path of filesOfResult(outcome)) {
    try {
      await using download = await openDownload(http, options, outcome, path, request);
      yield download;
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 404) throw failure;
      options.hooks.onWarning?.(`The result names "${path}", which is no file: ${failure.message}`);
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
    `"${path}" does not lie in the task's session directory. Pass a path from the task's result, or one relative to that directory.`,
  );
}

function headOf(response: TransportResponse, path: string): FileHead {
  const length = response.header("content-length");
  // Of an answer that was compressed on the way, the length is not the file's.
  const encoding = response.header("content-encoding") ?? "identity";
  const isPlain = encoding === "identity";
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    type: response.header("content-type") ?? "application/octet-stream",
    sizeBytes: isPlain && length !== undefined ? Number(length) : undefined,
    etag: isPlain ? response.header("etag") : undefined,
  };
}
