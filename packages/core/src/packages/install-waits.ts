import { ApiError, InstallFailedError } from "../errors/index.ts";
import { callHeld } from "../http/call-held.ts";
import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import { path } from "../http/path.ts";
import { isTransient } from "../http/with-retries.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { RequestOptions } from "../request-options.ts";
import { isFinalInstallStatus, unknownStatus } from "../states.ts";
import type { InstallTask, Package } from "../types.ts";
import { openDeadline } from "../waiting/deadline.ts";
import { untilAborted } from "../waiting/delay.ts";
import { type InstallPollingOptions, resolvePollingOptions } from "../waiting/polling-options.ts";
import { waitUntilDone } from "../waiting/wait.ts";
import { installTaskAnswerSchema } from "../wire/index.ts";

interface Begun {
  taskId?: string | undefined;
}

/** The requests of the resource that waits need. */
interface Installs {
  list(options: RequestOptions): Promise<{ packages: Package[] }>;
  install(
    name: string,
    version: string,
    options: RequestOptions & Pick<HttpCall, "outlivesAbort">,
  ): Promise<Begun>;
  cancelInstall(taskId: string, options?: RequestOptions): Promise<unknown>;
}

/** Waits for the ends of installations. */
export class InstallWaits {
  readonly #http: Http;
  readonly #options: ResolvedClientOptions;
  readonly #installs: Installs;

  constructor(http: Http, options: ResolvedClientOptions, installs: Installs) {
    this.#http = http;
    this.#options = options;
    this.#installs = installs;
  }

  /** @throws {@link InstallFailedError}, `TimeoutError`, or the reason of an aborted signal. */
  async waitForInstall(taskId: string, options: InstallPollingOptions): Promise<InstallTask> {
    const { timeoutMs } = resolvePollingOptions(options);
    return this.#wait(taskId, options, this.#options.clock.now() + timeoutMs);
  }

  /** Installs, then waits. */
  async installAndWait(
    name: string,
    version: string,
    options: InstallPollingOptions,
  ): Promise<{ taskId: string; task: InstallTask }> {
    const { clock } = this.#options;
    const { timeoutMs } = resolvePollingOptions(options);
    const deadlineMs = clock.now() + timeoutMs;
    const { taskId } = await this.#begin(name, version, options, { timeoutMs, deadlineMs });
    if (taskId === undefined) {
      // For an installed package, some servers answer with success alone.
      const task = await this.#installedTask(name, version, options);
      return { taskId: task.id, task };
    }
    return { taskId, task: await this.#wait(taskId, options, deadlineMs) };
  }

  /** The time that the caller allows for the whole call includes the request for the installation. */
  async #begin(
    name: string,
    version: string,
    { signal, headers, cancelOnAbort }: InstallPollingOptions,
    time: { timeoutMs: number; deadlineMs: number },
  ): Promise<Begun> {
    const { clock } = this.#options;
    const awaited = "the installation to begin";
    const deadline = openDeadline({ awaited, ...time, mayHaveHappened: true, signal, clock });
    const options = { signal: deadline.signal, ...(headers && { headers }), outlivesAbort: cancelOnAbort };
    const beginning = this.#installs.install(name, version, options);
    try {
      return await untilAborted(beginning, deadline.signal);
    } catch (failure) {
      // Nobody else knows of an installation that begins nevertheless.
      if (cancelOnAbort && deadline.signal.aborted) {
        const cancel = ({ taskId }: Begun) => this.#cancelUnasked(taskId, headers);
        this.#http.inBackground(beginning.then(cancel, () => undefined));
      }
      throw failure;
    } finally {
      deadline.close();
    }
  }

  /** Nobody awaits it; its failure is a warning. */
  async #cancelUnasked(taskId: string | undefined, headers: RequestOptions["headers"]): Promise<void> {
    if (taskId === undefined) return;
    try {
      await this.#installs.cancelInstall(taskId, headers && { headers });
    } catch (trouble) {
      this.#options.hooks.onWarning?.(`Installation ${taskId} could not be cancelled: ${String(trouble)}`);
    }
  }

  #wait(taskId: string, options: InstallPollingOptions, deadlineMs: number): Promise<InstallTask> {
    const { clock, random, hooks } = this.#options;
    const { signal, headers, cancelOnAbort } = options;
    const polling = resolvePollingOptions(options);
    const installPath = path`/packages/install/${taskId}`;
    let seen: string | undefined;
    const call = {
      method: "GET",
      path: installPath,
      schema: installTaskAnswerSchema,
      isIdempotent: true,
      isSingleAttempt: true,
      ...(headers && { headers }),
    } as const;
    const onAbort = () => this.#http.inBackground(this.#cancelUnasked(taskId, headers));
    if (cancelOnAbort && signal?.aborted) onAbort();
    else if (cancelOnAbort) signal?.addEventListener("abort", onAbort, { once: true });
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
      signal,
      clock,
      random,
    });
    return waiting.then(succeeded).finally(() => signal?.removeEventListener("abort", onAbort));
  }

  async #installedTask(name: string, version: string, options: RequestOptions): Promise<InstallTask> {
    const { packages } = await this.#installs.list({ ...(options.signal && { signal: options.signal }) });
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
