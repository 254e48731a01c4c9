import { blockItself } from "../input-values/block-itself.ts";
import type { TaskLog } from "../types.ts";

/** Where in a task a log comes from. */
export interface LogPlace {
  /** The flows and blocks around its job: 0 for what the task itself runs. */
  depth: number;
  /** The nodes on the way to its job, `outer/inner`; `"_"` for a block or flow that the task itself runs. */
  node: string;
  /** Tells one job of a node from the next. */
  job: string;
}

/** Reads the place off a log's `stacks` (oocana-protocol 2.5); a log without them is of the outermost level. */
export function placeOf({ event, node_id: nodeId }: TaskLog): LogPlace {
  const stacks: unknown[] = Array.isArray(event?.stacks) ? event.stacks : [];
  const outer = nodesOf(stacks.slice(0, -1));
  const own = nodeId ?? nodesOf(stacks.slice(-1)) ?? blockItself;
  const node = outer === undefined ? own : `${outer}/${own}`;
  const depth = stacks.length;
  return { depth, node, job: typeof event?.job_id === "string" ? event.job_id : `${depth} ${node}` };
}

/** `outer/inner`; nothing if a level has no node, or there is none. */
export function nodesOf(stacks: unknown): string | undefined {
  if (!Array.isArray(stacks) || stacks.length === 0) return undefined;
  const ids = stacks.map((level): unknown => Reflect.get(Object(level), "node_id"));
  return ids.every((id) => typeof id === "string" && id !== "") ? ids.join("/") : undefined;
}
