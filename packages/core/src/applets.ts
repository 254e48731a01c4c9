import { InvalidInputError } from "./errors/index.ts";
import type { Http } from "./http/http.ts";
import { normalizeInputValues } from "./input-values.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { RequestOptions } from "./request-options.ts";
import type { CreateTaskRequest } from "./run/task-request.ts";
import type { RunResult } from "./run/task-run.ts";
import type { TasksClient } from "./tasks.ts";
import type { Applet, TaskInputValues } from "./types.ts";
import { blockOfApplet } from "./versions.ts";
import { withinDeadline } from "./waiting/deadline.ts";
import { type PollingOptions, resolvePollingOptions } from "./waiting/polling-options.ts";
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
  async run(
    { appletId, inputValues }: RunAppletRequest,
    options: PollingOptions = {},
  ): Promise<RunResult<OpenOutputs>> {
    const { signal, headers } = options;
    const { clock } = this.#options;
    const { timeoutMs } = resolvePollingOptions(options);
    const deadlineMs = clock.now() + timeoutMs;
    const applets = await withinDeadline(
      { awaited: "the applets to be listed", timeoutMs, deadlineMs, signal, clock },
      (within) => this.list({ signal: within, ...(headers && { headers }) }),
    );
    const applet = applets.find((candidate) => candidate.appletId === appletId);
    if (!applet) {
      throw new InvalidInputError(
        "appletId",
        `there is no applet "${appletId}" among the ${applets.length} listed.`,
      );
    }
    const leftMs = Math.max(1, Math.ceil(deadlineMs - clock.now()));
    return this.#tasks.run(appletRequest(applet, inputValues), { ...options, timeoutMs: leftMs });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as for blocks that are not registered
type OpenOutputs = Record<string, any>;

function appletRequest(
  { data }: Applet,
  inputValues: TaskInputValues | undefined,
): CreateTaskRequest<string, never> {
  const preset = normalizeInputValues(data.presetInputs ?? {});
  const merged = new Map(
    preset.map((node) => [node.nodeId, new Map(node.inputs.map((input) => [input.handle, input]))]),
  );
  for (const { nodeId, inputs } of normalizeInputValues(inputValues)) {
    const node = merged.get(nodeId) ?? new Map();
    for (const input of inputs) node.set(input.handle, input);
    merged.set(nodeId, node);
  }
  const nodes = [...merged].map(([nodeId, inputs]) => ({ nodeId, inputs: [...inputs.values()] }));
  return { blockId: blockOfApplet(data), inputValues: nodes };
}
