import type { InstalledFlow } from "../../packages/read-package.ts";
import { isRecord } from "../../values.ts";
import type { ReportedEvent } from "./start-engine.ts";

/**
 * The progress of a flow, by its nodes: the engine reports none for the flow itself, and stops that of subflows at 95
 * (oocana-protocol 10, 6.4).
 */
export interface FlowProgress {
  /** What to tell before an event of the engine. */
  before(event: ReportedEvent): ReportedEvent[];
}

export function createFlowProgress(flow: Pick<InstalledFlow, "nodes">): FlowProgress {
  const running = new Map<string, number>();
  const reached = new Map<string, number>();
  /** Of the flow, as its own events have it. */
  let own: Partial<ReportedEvent> = {};
  let told = -1;

  const reach = (nodeId: string, progress: number) =>
    reached.set(nodeId, Math.max(reached.get(nodeId) ?? 0, Math.min(100, progress)));

  const see = ({ type, error, progress }: ReportedEvent, nodeId: string) => {
    const count = running.get(nodeId) ?? 0;
    if (isStart(type)) running.set(nodeId, count + 1);
    else if (type === "BlockProgress" && typeof progress === "number") reach(nodeId, progress);
    else if (isEnd(type)) {
      running.set(nodeId, count - 1);
      if (count <= 1 && error == null) reach(nodeId, 100);
    }
  };

  const tell = (event: ReportedEvent, progress: number): ReportedEvent[] => {
    if (progress <= told) return [];
    told = progress;
    const { job_id = "", flow_path, block_path } = own;
    const place = {
      ...(flow_path !== undefined && { flow_path }),
      ...(block_path !== undefined && { block_path }),
    };
    const { session_id } = event;
    return [{ type: "BlockProgress", session_id, job_id, ...place, stacks: [], progress }];
  };

  return {
    before(event) {
      const { type, error } = event;
      const levels = Array.isArray(event.stacks) ? event.stacks : undefined;
      if (levels?.length === 0 && (type === "FlowStarted" || type === "SubflowBlockStarted")) own = event;
      if (type === "SessionFinished") return error == null ? tell(event, 100) : [];
      const level: unknown = levels?.[0];
      const nodeId = levels?.length === 1 && isRecord(level) ? String(level.node_id) : undefined;
      if (nodeId !== undefined) see(event, nodeId);
      const ofSubflow =
        type === "SubflowBlockFinished" && error == null && levels?.length ? [fullOf(event)] : [];
      const sum = flow.nodes.reduce((all, one) => all + (reached.get(one.nodeId) ?? 0), 0);
      const whole = Math.floor(sum / Math.max(1, flow.nodes.length));
      // It has ended only when the engine says so.
      return whole > 0 && whole < 100 ? [...ofSubflow, ...tell(event, whole)] : ofSubflow;
    },
  };
}

const isStart = (type: string) => type === "BlockStarted" || type === "SubflowBlockStarted";
const isEnd = (type: string) => type === "BlockFinished" || type === "SubflowBlockFinished";

function fullOf({ session_id, job_id, block_path, stacks }: ReportedEvent): ReportedEvent {
  return { type: "BlockProgress", session_id, job_id, block_path, stacks, progress: 100, rate: 100 };
}
