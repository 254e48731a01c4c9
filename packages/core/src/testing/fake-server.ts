import { isFinalInstallStatus } from "../states.ts";
import type { Applet, InstallTask, NodeInputs, Package, ServerBlock, ServerStatus } from "../types.ts";
import { type ExtensionName, extensionsHeader } from "../wire/index.ts";
import { answerFile } from "./answer-file.ts";
import { pageOfLogs, pageOfTasks } from "./fake-pages.ts";
import { FakeStreams } from "./fake-streams.ts";
import { FakeTask, type ReceivedFile } from "./fake-task.ts";
import { FakeUploads } from "./fake-uploads.ts";
import { FakeWebhooks } from "./fake-webhooks.ts";
import { type Fault, Faults, type FaultTarget } from "./faults.ts";
import { idleStatus } from "./idle-status.ts";
import { streamTask } from "./stream-task.ts";

/** The content and behaviour of a {@link FakeConnectServer}. */
export interface FakeServerOptions {
  /** The blocks that `blocks.list` returns. */
  blocks?: ServerBlock[];
  packages?: Package[];
  applets?: Applet[];
  /** What `client.status` returns, if the extension `status` is announced. Default: an idle server. */
  status?: ServerStatus;
  /** The extensions that the server announces and supports. Default: none, like servers in the field. */
  extensions?: readonly ExtensionName[];
  /** Answers 401 to any other `Authorization`. */
  apiToken?: string;
  /** Plays the block: called for each new task. Default: completes the task at once with its inputs as result. */
  onTask?: (task: FakeTask) => void;
  /** Plays the installer. Default: succeeds at once. */
  onInstall?: (task: InstallTask) => void;
  /** 0…1, for faults that hit a share of the requests. */
  random?: () => number;
}

/** A request as the fake server received it. */
export interface RecordedRequest {
  method: string;
  /** Below the base URL, query included. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** A failure of the connection, as the fake server plays it; `code` is Node's code for it. */
export class ConnectionFault extends Error {
  readonly code: string;

  constructor(code: "ECONNRESET" | "ECONNREFUSED") {
    super(`the fake server plays ${code}`);
    this.code = code;
  }
}

/**
 * A Connect server as a function: pass its `fetch` to a client. It implements the API (connect-api 2), announces
 * the extensions that you choose, and fails on command.
 *
 * @example
 * const server = new FakeConnectServer({ onTask: (task) => task.progress(50).complete({ text: "done" }) });
 * const client = new OomolConnectClient({ baseUrl: "http://fake.test/api", fetch: server.fetch });
 */
export class FakeConnectServer {
  /** Every request, in the order of arrival. */
  readonly requests: RecordedRequest[] = [];
  /** By id. */
  readonly tasks = new Map<string, FakeTask>();
  /** By id. */
  readonly installTasks = new Map<string, InstallTask>();
  /** What the extension `webhooks` serves. */
  readonly webhooks = new FakeWebhooks();
  readonly #uploads = new FakeUploads();
  readonly #options: FakeServerOptions;
  readonly #faults: Faults;
  readonly #byKey = new Map<string, { body: string; id: string }>();
  readonly #streams = new FakeStreams((id) => this.tasks.get(id));
  #nextId = 1;

  constructor(options: FakeServerOptions = {}) {
    this.#options = options;
    this.#faults = new Faults(options.random ?? Math.random);
  }

  /** Replaces `fetch`. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => this.handle(new Request(input, init));

  /** Makes matching requests fail. */
  inject(fault: Fault, target: FaultTarget = {}): this {
    this.#faults.add(fault, target);
    return this;
  }

  /** Removes every fault that has not hit yet. */
  clearFaults(): void {
    this.#faults.clear();
  }

  /** Requests of one method and path, for assertions. */
  requestsTo(method: string, path: RegExp): RecordedRequest[] {
    return this.requests.filter((request) => request.method === method && path.test(request.path));
  }

  /** Answers one request. @throws {@link ConnectionFault} if an injected fault cuts the connection. */
  async handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^.*?\/api(?=\/)/, "") + url.search;
    const form = isForm(request) ? await request.formData() : undefined;
    const body = form || /^(GET|HEAD|PATCH)$/.test(request.method) ? undefined : await request.text();
    this.requests.push({ method: request.method, path, headers: Object.fromEntries(request.headers), body });
    const fault = this.#faults.strike(request.method, path);
    if (fault) await playBefore(fault, request.signal);
    if (fault?.kind === "status")
      return json(fault.body ?? { message: "a fault" }, fault.status, fault.headers);
    if (fault?.kind === "html")
      return new Response("<html><body>Bad gateway</body></html>", { status: fault.status ?? 200 });
    const response = this.#isAllowed(request)
      ? await this.#route(request, path.replace(/\?.*/, ""), url.searchParams, body, form)
      : json({ success: false, message: "wrong token" }, 401);
    response.headers.set(extensionsHeader, this.#options.extensions?.join(", ") ?? "");
    if (this.#options.extensions === undefined) response.headers.delete(extensionsHeader);
    if (fault?.kind === "reset-after") throw new ConnectionFault("ECONNRESET");
    if (fault?.kind === "truncated") return truncated(response);
    return response;
  }

  #isAllowed(request: Request): boolean {
    const { apiToken } = this.#options;
    return apiToken === undefined || request.headers.get("authorization") === apiToken;
  }

  #has(extension: ExtensionName): boolean {
    return this.#options.extensions?.includes(extension) === true;
  }

  async #route(
    request: Request,
    path: string,
    query: URLSearchParams,
    body: string | undefined,
    form: FormData | undefined,
  ): Promise<Response> {
    const call = `${request.method} ${path}`;
    if (call === "GET /v1/blocks") return json({ blocks: this.#options.blocks ?? [] });
    if (call === "GET /v1/tasks") return json(this.#list(query));
    if (call === "POST /v1/tasks") return this.#create(request, body, form);
    if (call === "GET /v1/status" && this.#has("status"))
      return json({ success: true, status: this.#options.status ?? idleStatus() });
    const stream = /^POST \/v1\/events\/([^/]+)$/.exec(call)?.[1];
    if (stream !== undefined && this.#has("shared-events")) {
      if (wantsEvents(request)) return this.#streams.open(stream, body ?? "");
      this.#streams.change(stream, body ?? "");
      return json({ success: true });
    }
    const [isUpload, uploadId] = /^\/v1\/uploads(?:\/([^/]+))?$/.exec(path) ?? [];
    if (isUpload && this.#has("uploads")) return this.#uploads.answer(request, uploadId);
    const ofWebhooks = this.#has("webhooks") ? this.webhooks.answer(call) : undefined;
    if (ofWebhooks) return json(ofWebhooks);
    if (call === "GET /packages") return json({ packages: this.#options.packages ?? [] });
    if (call === "GET /packages/install")
      return json({ success: true, tasks: [...this.installTasks.values()] });
    if (call === "POST /packages/install") return this.#install(body);
    if (call === "POST /rpc/listApplets") return json(this.#options.applets ?? []);
    const install = /^GET \/packages\/install\/(.+)$/.exec(call)?.[1];
    if (install !== undefined) return this.#installTask(decodeURIComponent(install));
    if (request.method === "DELETE" && this.#has("delete")) return this.#delete(path);
    const [, ownerId = "", filePath = ""] = /^GET \/v1\/tasks\/([^/]+)\/files\/(.+)$/.exec(call) ?? [];
    if (filePath && this.#has("files")) return this.#file(ownerId, filePath, request);
    const [, id = "", rest = ""] = /^(?:GET|POST) \/v1\/tasks\/([^/]+)(\/\w+)?$/.exec(call) ?? [];
    const task = this.tasks.get(decodeURIComponent(id));
    if (!task) return json({ success: false, message: `there is nothing at ${path}` }, 404);
    if (request.method === "POST" && rest === "/stop")
      return json({ success: true, task: task.stop().toTask() });
    if (rest === "/logs") {
      const page = this.#has("pages") ? query : new URLSearchParams();
      return json(pageOfLogs(this.#logsOf(task, query), page));
    }
    if (this.#has("events") && wantsEvents(request)) return streamTask(task, request);
    return this.#get(task, request);
  }

  async #create(request: Request, body: string | undefined, form: FormData | undefined): Promise<Response> {
    const { blockId, inputValues, files, uploads } = form
      ? await readForm(form, this.#has("files-by-input"))
      : readJson(body ?? "");
    const key = this.#has("idempotency") ? request.headers.get("idempotency-key") : null;
    const known = key === null ? undefined : this.#byKey.get(key);
    // The boundaries of a form differ each time, so compare its content.
    const content = form ? JSON.stringify([blockId, inputValues, files.map(describeFile)]) : (body ?? "");
    if (known && known.body !== content) return json({ message: "another body under the same key" }, 422);
    const existing = known && this.tasks.get(known.id);
    const taken = existing ? [] : this.#has("uploads") ? this.#uploads.take(uploads) : [];
    if (taken instanceof Response) return taken;
    const task = existing ?? this.#newTask(blockId, inputValues, [...files, ...taken]);
    if (key !== null) this.#byKey.set(key, { body: content, id: task.id });
    const created = { success: true, userID: "fake", task: task.toTask() };
    const stream = this.#has("shared-events") ? request.headers.get("connect-events") : null;
    if (stream !== null) this.#streams.join(stream, task.id);
    if (this.#has("events") && wantsEvents(request)) return streamTask(task, request, created.task);
    if (!(await this.#hold(task, request))) return json(created);
    return json({ ...created, task: task.toTask() }, 200, { "preference-applied": "wait" });
  }

  #newTask(blockId: string, inputValues: NodeInputs[], files: ReceivedFile[]): FakeTask {
    const task = new FakeTask(`task-${this.#nextId++}`, blockId, inputValues, files);
    this.tasks.set(task.id, task);
    const complete = () => {
      const inputs = inputValues.flatMap((node) => node.inputs).map(({ handle, value }) => [handle, value]);
      task.complete(Object.fromEntries(inputs));
    };
    if (this.#options.onTask) this.#options.onTask(task);
    else complete();
    return task;
  }

  #list(query: URLSearchParams): object {
    const tasks = [...this.tasks.values()];
    const page = this.#has("pages") ? pageOfTasks(tasks, query) : undefined;
    return page ?? { tasks: tasks.map((task) => task.toTask()) };
  }

  #logsOf(task: FakeTask, query: URLSearchParams) {
    const after = this.#has("after") ? query.get("after") : null;
    return after === null ? task.logs : task.logs.filter((log) => log.id > Number(after));
  }

  async #get(task: FakeTask, request: Request): Promise<Response> {
    const wasHeld = await this.#hold(task, request);
    return json({ success: true, task: task.toTask() }, 200, wasHeld ? { "preference-applied": "wait" } : {});
  }

  /** Waits as long as the request asks for; false if it asks for no wait. */
  async #hold(task: FakeTask, request: Request): Promise<boolean> {
    const seconds = /wait=(\d+)/.exec(request.headers.get("prefer") ?? "")?.[1];
    if (!this.#has("wait") || seconds === undefined) return false;
    await untilDone(task, Number(seconds) * 1_000, request.signal);
    return true;
  }

  #file(id: string, path: string, request: Request): Response {
    const file = this.tasks
      .get(decodeURIComponent(id))
      ?.written.get(path.split("/").map(decodeURIComponent).join("/"));
    return file ? answerFile(file, request) : json({ success: false, message: `no file ${path}` }, 404);
  }

  #install(body: string | undefined): Response {
    const { name, version } = JSON.parse(body ?? "{}");
    const task: InstallTask = { id: `install-${this.#nextId++}`, name, version, status: "pending" };
    this.installTasks.set(task.id, task);
    if (this.#options.onInstall) this.#options.onInstall(task);
    else task.status = "success";
    return json({ success: true, taskId: task.id, ...task });
  }

  #delete(path: string): Response {
    const [, installId] = /^\/packages\/install\/([^/]+)$/.exec(path) ?? [];
    if (installId !== undefined) return this.#cancelInstall(decodeURIComponent(installId));
    const [, taskId = ""] = /^\/v1\/tasks\/([^/]+)$/.exec(path) ?? [];
    const task = this.tasks.get(decodeURIComponent(taskId));
    if (!task) return json({ success: false, message: `there is nothing at ${path}` }, 404);
    if (!task.isDone)
      return json({ success: false, message: `the task is ${task.status}: stop it first` }, 409);
    this.tasks.delete(task.id);
    return json({ success: true });
  }

  #cancelInstall(id: string): Response {
    const task = this.installTasks.get(id);
    if (task && !isFinalInstallStatus(task.status)) {
      Object.assign(task, { status: "failed", error: "The install was cancelled." });
    }
    return this.#installTask(id);
  }

  #installTask(id: string): Response {
    const task = this.installTasks.get(id);
    return task
      ? json({ success: true, ...task, task })
      : json({ success: false, error: `no installation ${id}` });
  }
}

function wantsEvents(request: Request): boolean {
  return request.headers.get("accept")?.startsWith("text/event-stream") === true;
}

async function playBefore(fault: Fault, signal: AbortSignal): Promise<void> {
  if (fault.kind === "reset") throw new ConnectionFault("ECONNRESET");
  if (fault.kind === "refused") throw new ConnectionFault("ECONNREFUSED");
  if (fault.kind !== "hang") return;
  await new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function untilDone(task: FakeTask, longestMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (task.isDone) return resolve();
    const finish = () => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, longestMs);
    const unsubscribe = task.onChange(() => task.isDone && finish());
    signal.addEventListener("abort", finish, { once: true });
  });
}

function isForm(request: Request): boolean {
  return request.headers.get("content-type")?.startsWith("multipart/form-data") === true;
}

function readJson(body: string) {
  const { manifest, inputValues = [], uploads = [] } = JSON.parse(body);
  return { blockId: String(manifest), inputValues: inputValues as NodeInputs[], files: [], uploads };
}

async function readForm(form: FormData, takesFileInputs: boolean) {
  const files: ReceivedFile[] = [];
  const fileInputs: { handle: string }[] = JSON.parse(String(form.get("fileInputs") ?? "[]"));
  for (const [index, part] of form.getAll("files").entries()) {
    if (typeof part === "string") continue;
    const handle = takesFileInputs ? fileInputs[index]?.handle : undefined;
    const bytes = new Uint8Array(await part.arrayBuffer());
    files.push({ name: part.name, type: part.type, bytes, ...(handle !== undefined && { handle }) });
  }
  const inputValues: NodeInputs[] = JSON.parse(String(form.get("inputValues") ?? "[]"));
  return { blockId: String(form.get("manifest")), inputValues, files, uploads: [] };
}

function describeFile({ name, type, bytes, handle = "" }: ReceivedFile): string[] {
  return [name, type, handle, new TextDecoder("latin1").decode(bytes)];
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

async function truncated(response: Response): Promise<Response> {
  const { status, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const half = bytes.slice(0, bytes.length / 2);
  // A body whose length is known is cut off within it, as by a gateway that dies.
  const isCut = headers.has("content-length");
  return new Response(isCut ? brokenAfter(half) : half, { status, headers });
}

function brokenAfter(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let isGiven = false;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (isGiven) controller.error(new Error("the fake server cuts its answer off"));
        else if (bytes.length > 0) controller.enqueue(bytes);
        isGiven = true;
      },
    },
    { highWaterMark: 0 },
  );
}
