import type { AppletTask } from "./applets/run-applet.ts";
import type { BlockId } from "./block-registry.ts";
import type { Http } from "./http/http.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { RequestOptions } from "./request-options.ts";
import type { CreateTaskRequest } from "./run/task-request.ts";
import type { RunResult } from "./run/task-run.ts";
import type { TasksClient } from "./tasks.ts";
import type { Applet, TaskInputValues } from "./types.ts";
import type { PollingOptions } from "./waiting/polling-options.ts";
import { appletsAnswerSchema } from "./wire/index.ts";

/** The applet to run, and inputs that replace its presets. */
export interface RunAppletRequest {
  appletId: string;
  /** Overlays the applet's preset inputs, handle by handle, in any of the three forms. */
  inputValues?: TaskInputValues;
}

/** Applets: blocks with inputs already filled in, listed by a service of their own. */
export class AppletsClient {
  readonly #http: Http;
  readonly #options: ResolvedClientOptions;
  readonly #tasks: Pick<TasksClient<never>, "run">;

  /** @internal */
  constructor(http: Http, options: ResolvedClientOptions, tasks: Pick<TasksClient<never>, "run">) {
    this.#http = http;
    this.#options = options;
    this.#tasks = tasks;
  }

  /** The applets of the token's user, from `appletsUrl`. */
  async list(options: RequestOptions = {}): Promise<Applet[]> {
    const call = {
      ...options,
      method: "POST",
      path: "/rpc/listApplets",
      json: {},
      isIdempotent: true,
    } as const;
    const answer = await this.#http.call({
      ...call,
      origin: this.#options.appletsUrl,
      schema: appletsAnswerSchema,
    });
    return answer.data;
  }

  /**
   * Runs an applet's block with its presets, overlaid by the caller's inputs. `timeoutMs` covers everything, the listing of
   * applets too.
   *
   * @throws {@link InvalidInputError} for an unknown applet, and whatever `tasks.run` throws.
   */
  async run(request: RunAppletRequest, options: PollingOptions = {}): Promise<RunResult<OpenOutputs>> {
    const { runApplet } = await import("./applets/run-applet.ts");
    const list = (within: RequestOptions) => this.list(within);
    // The applet names its block, so the registry knows nothing of it; a strict one lists no ids that come from a server.
    const run = (task: AppletTask, given: PollingOptions) =>
      this.#tasks.run(task as CreateTaskRequest<BlockId, never>, given) as Promise<RunResult<OpenOutputs>>;
    return runApplet(this.#options, list, run, request, options);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as for blocks that are not registered
type OpenOutputs = Record<string, any>;
