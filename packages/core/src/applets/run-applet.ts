import { InvalidInputError } from "../errors/index.ts";
import { normalizeInputValues } from "../input-values/normalize-input-values.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { RequestOptions } from "../request-options.ts";
import type { Applet, NodeInputs, TaskInputValues } from "../types.ts";
import { blockOfApplet } from "../versions.ts";
import { withinDeadline } from "../waiting/deadline.ts";
import { type PollingOptions, resolvePollingOptions } from "../waiting/polling-options.ts";

/** The block of an applet, with its presets and the caller's inputs over them. */
export interface AppletTask {
  blockId: string;
  inputValues: NodeInputs[];
}

/** Lists the applets and runs one of them, all within the caller's time. Throws {@link InvalidInputError} for an unknown one. */
export async function runApplet<Result>(
  { clock }: ResolvedClientOptions,
  list: (options: RequestOptions) => Promise<Applet[]>,
  run: (task: AppletTask, options: PollingOptions) => Promise<Result>,
  { appletId, inputValues }: { appletId: string; inputValues?: TaskInputValues },
  options: PollingOptions,
): Promise<Result> {
  const { signal, headers } = options;
  const { timeoutMs } = resolvePollingOptions(options);
  const deadlineMs = clock.now() + timeoutMs;
  const applets = await withinDeadline(
    { awaited: "the applets to be listed", timeoutMs, deadlineMs, signal, clock },
    (within) => list({ signal: within, ...(headers && { headers }) }),
  );
  const applet = applets.find((candidate) => candidate.appletId === appletId);
  if (!applet) {
    throw new InvalidInputError(
      "appletId",
      `there is no applet "${appletId}" among the ${applets.length} listed.`,
    );
  }
  const leftMs = Math.max(1, Math.ceil(deadlineMs - clock.now()));
  return run(taskOf(applet, inputValues), { ...options, timeoutMs: leftMs });
}

function taskOf({ data }: Applet, inputValues: TaskInputValues | undefined): AppletTask {
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
