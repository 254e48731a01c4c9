import { createHash } from "node:crypto";
import { partsOfTrace, type TraceContext, traceparentOf } from "./trace-context.ts";

/**
 * Where in a trace a job of a flow is. The engine of flows passes on where the flow is, and nothing else, so server and executor each
 * make the id of the job's span of what both of them know. Like any id of a span it says nothing, and comes but once.
 */
export function traceOfJob(flow: TraceContext, jobId: string): TraceContext {
  const spanId = createHash("sha256").update(`${flow.traceparent} ${jobId}`).digest("hex").slice(0, 16);
  return { ...flow, traceparent: traceparentOf({ ...partsOfTrace(flow), spanId }) };
}
