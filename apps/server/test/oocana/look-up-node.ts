import { dirname } from "node:path";
import { type Flow, type FlowNode, readFlow, readTask, resolveReference, type Task } from "./manifests.ts";

interface LookedUp {
  task?: Task;
  subflow?: Flow;
  directory: string;
  blockPath?: string;
  /** Of another package's subflow. */
  scope?: string;
  declared: readonly { handle: string }[];
}

/** What a node runs. */
export function lookUpNode(
  { task, subflow }: { task: FlowNode["task"] | undefined; subflow: string | undefined },
  flow: Flow,
  searchPaths: readonly string[],
): LookedUp {
  const flowDirectory = dirname(flow.file);
  if (typeof task === "object") return { task, directory: flowDirectory, declared: task.inputs_def ?? [] };
  const reference = task ?? subflow;
  if (reference === undefined) return { directory: flowDirectory, declared: [] };
  const found = resolveReference(reference, { ...flow, flowDirectory }, searchPaths);
  const directory = dirname(found.file);
  if (found.kind === "task") {
    const read = readTask(found.file);
    return { task: read, directory, blockPath: found.file, declared: read.inputs_def ?? [] };
  }
  const inner = readFlow(found.file);
  const scope = reference.startsWith("self::") ? {} : { scope: found.packageDirectory };
  return { subflow: inner, directory, declared: inner.inputs_def ?? [], ...scope };
}
