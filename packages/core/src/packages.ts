import { ApiError, InstallFailedError, InvalidInputError } from "./errors/index.ts";
import { callHeld } from "./http/call-held.ts";
import type { Http } from "./http/http.ts";
import { path } from "./http/path.ts";
import { isTransient } from "./http/with-retries.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { RequestOptions } from "./request-options.ts";
import { isFinalInstallStatus, unknownStatus } from "./states.ts";
import type { InstallTask, Package } from "./types.ts";
import { withinDeadline } from "./waiting/deadline.ts";
import { type InstallPollingOptions, resolvePollingOptions } from "./waiting/polling-options.ts";
import { waitUntilDone } from "./waiting/wait.ts";
import {
  installAnswerSchema,
  installTaskAnswerSchema,
  installTasksAnswerSchema,
  packagesAnswerSchema,
} from "./wire/index.ts";

/** The answer of `GET /packages`. */
export interface ListPackagesResponse {
  packages: Package[];
}

/** The answer of `POST /packages/install`. */
export interface InstallPackageResponse {
  success?: boolean | undefined;
  /** The id of the installation; some servers omit it if the package is already installed. */
  taskId?: string | undefined;
}

/** The answer of `GET /packages/install`. */
export interface ListInstallTasksResponse {
  success?: boolean | undefined;
  tasks: InstallTask[];
}

/** The answer of `GET /packages/install/{id}`. */
export interface GetInstallTaskResponse {
  success?: boolean | undefined;
  task: InstallTask;
}

/** Packages: `/packages`, and their installation. */
export class PackagesClient {
  readonly #http: Http;
  readonly #options: ResolvedClientOptions;

  /** @internal */
  constructor(http: Http, options: ResolvedClientOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** The installed packages. */
  async list(options: RequestOptions = {}): Promise<ListPackagesResponse> {
    const call = {
      ...options,
      method: "GET",
      path: "/packages",
      schema: packagesAnswerSchema,
      isIdempotent: true,
    } as const;
    return (await this.#http.call(call)).data;
  }

  /** Starts an installation and does not wait for it. */
  async install(
    name: string,
    version: string,
    options: RequestOptions = {},
  ): Promise<InstallPackageResponse> {
    for (const [field, value] of Object.entries({ name, version })) {
      if (typeof value !== "string" || value.trim() === "")
        throw new InvalidInputError(field, "must be given.");
    }
    const json = { name, version };
    const call = {
      ...options,
      method: "POST",
      path: "/packages/install",
      json,
      isIdempotent: false,
    } as const;
    return (await this.#http.call({ ...call, schema: installAnswerSchema })).data;
  }

  /** Every installation that the server has stored. */
  async listInstallTasks(options: RequestOptions = {}): Promise<ListInstallTasksResponse> {
    const call = { ...options, method: "GET", path: "/packages/install", isIdempotent: true } as const;
    return (await this.#http.call({ ...call, schema: installTasksAnswerSchema })).data;
  }

  /**
   * The current state of an installation.
   *
   * @throws {@link ApiError} with status 404 if the server does not know it.
   */
  async getInstallTask(taskId: string, options: RequestOptions = {}): Promise<GetInstallTaskResponse> {
    const call = {
      ...options,
      method: "GET",
      path: path`/packages/install/${taskId}`,
      isIdempotent: true,
    } as const;
    return (await this.#http.call({ ...call, schema: installTaskAnswerSchema })).data;
  }

  /**
   * Waits until an installation ends.
   *
   * @throws {@link InstallFailedError}, {@link TimeoutError}, or the reason of an aborted signal.
   */
  async waitForInstallCompletion(taskId: string, options: InstallPollingOptions = {}): Promise<InstallTask> {
    const { timeoutMs } = resolvePollingOptions(options);
    return this.#wait(taskId, options, this.#options.clock.now() + timeoutMs);
  }

  /** {@link install}, then {@link waitForInstallCompletion}. */
  async installAndWait(
    name: string,
    version: string,
    options: InstallPollingOptions = {},
  ): Promise<{ taskId: string; task: InstallTask }> {
    const { clock } = this.#options;
    const { timeoutMs } = resolvePollingOptions(options);
    const deadlineMs = clock.now() + timeoutMs;
    const { signal, headers } = options;
    const awaited = "the installation to begin";
    const { taskId } = await withinDeadline(
      { awaited, timeoutMs, deadlineMs, mayHaveHappened: true, signal, clock },
      (within) => this.install(name, version, { signal: within, ...(headers && { headers }) }),
    );
    if (taskId === undefined) {
      // For an installed package, some servers answer with success alone.
      const task = await this.#installedTask(name, version, options);
      return { taskId: task.id, task };
    }
    return { taskId, task: await this.#wait(taskId, options, deadlineMs) };
  }

  #wait(taskId: string, options: InstallPollingOptions, deadlineMs: number): Promise<InstallTask> {
    const { clock, random, hooks } = this.#options;
    const polling = resolvePollingOptions(options);
    const installPath = path`/packages/install/${taskId}`;
    let seen: string | undefined;
    const call = {
      method: "GET",
      path: installPath,
      schema: installTaskAnswerSchema,
      isIdempotent: true,
      isSingleAttempt: true,
      ...(options.headers && { headers: options.headers }),
    } as const;
    const waiting = waitUntilDone<InstallTask>({
      awaited: `installation ${taskId} to end`,
      look: async (signal, leftMs) => {
        const mayHold = seen !== undefined && polling.schedule === undefined && this.#http.mayHold("wait");
        const { answer, wasHeld } = await callHeld(
          this.#http,
          clock,
          { ...call, signal },
          mayHold ? leftMs : 0,
        );
        const { task } = answer.data;
        const isDone = isFinalInstallStatus(task.status);
        const warning = isDone ? undefined : unknownStatus(`Installation ${taskId}`, task.status);
        if (warning && task.status !== seen) hooks.onWarning?.(warning);
        seen = task.status;
        return { state: task, isDone, wasHeld, retryAfterMs: answer.retryAfterMs };
      },
      onLook: (task) => options.onProgress?.(task),
      isTransient,
      polling,
      deadlineMs,
      signal: options.signal,
      clock,
      random,
    });
    return waiting.then(succeeded);
  }

  async #installedTask(name: string, version: string, options: RequestOptions): Promise<InstallTask> {
    const { packages } = await this.list({ ...(options.signal && { signal: options.signal }) });
    const installed = packages.find((candidate) => candidate.name === name && candidate.version === version);
    if (installed) return { id: "", name, version, status: "success" };
    const serverMessage = `the answer names no task, and ${name}@${version} is not installed`;
    throw new ApiError({
      status: 200,
      method: "POST",
      path: "/packages/install",
      serverMessage,
      body: undefined,
      requestId: undefined,
      retryAfterMs: undefined,
    });
  }
}

function succeeded(task: InstallTask): InstallTask {
  if (task.status === "failed") throw new InstallFailedError(task);
  return task;
}
