import { spanIdOfJob } from "@oomol/connect-shared/job-trace";
import type { TraceContext } from "@oomol/connect-shared/trace-context";
import type { Span } from "../../tracing/tracing.ts";
import { isRecord } from "../../values.ts";
import type { ReportedEvent } from "./start-engine.ts";

export interface FlowSpans {
  see(event: ReportedEvent): void;
  /** What has not ended ends now: the engine tells no more. */
  close(): void;
}

/** Spans of the nodes and subflows of a flow, by what its engine tells of them. */
export function createFlowSpans(flow: Span): FlowSpans {
  const open = new Map<string, Span>();

  const begin = ({ job_id, stacks, block_path }: ReportedEvent, whole: TraceContext) => {
    const level: unknown = Array.isArray(stacks) ? stacks.at(-1) : undefined;
    const { node_id = "_", flow_job_id } = isRecord(level) ? level : {};
    const within = open.get(String(flow_job_id)) ?? flow;
    const attributes = {
      "oomol.job.id": String(job_id),
      "oomol.node.id": String(node_id),
      ...(typeof block_path === "string" && { "oomol.block.path": block_path }),
    };
    const spanId = spanIdOfJob(whole, String(job_id));
    open.set(String(job_id), within.child(`node ${String(node_id)}`, { attributes, spanId }));
  };

  return {
    see(event) {
      if (flow.context === undefined) return;
      const { type, error } = event;
      const id = String(event.job_id);
      if (begins.has(type)) begin(event, flow.context);
      else if (ends.has(type)) {
        open.get(id)?.end(typeof error === "string" ? error : undefined);
        open.delete(id);
      }
    },
    close() {
      for (const span of open.values()) span.end("The flow ended first.");
      open.clear();
    },
  };
}

const begins = new Set(["BlockStarted", "SubflowBlockStarted", "SlotflowStarted"]);
const ends = new Set(["BlockFinished", "SubflowBlockFinished", "SlotflowFinished"]);
