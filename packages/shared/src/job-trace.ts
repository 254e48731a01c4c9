import { createHash } from "node:crypto";
import { partsOfTrace, type TraceContext, traceparentOf } from "./trace-context.ts";

/**
 * The id of a job's span, for those who name it before it begins, or elsewhere: made of the span of the whole that it is a part of, and
 * the job's id. Like any id of a span it says nothing, and comes but once.
 */
export function spanIdOfJob(whole: TraceContext, jobId: string): string {
  return createHash("sha256").update(`${whole.traceparent} ${jobId}`).digest("hex").slice(0, 16);
}

export function traceOfJob(whole: TraceContext, jobId: string): TraceContext {
  const spanId = spanIdOfJob(whole, jobId);
  return { ...whole, traceparent: traceparentOf({ ...partsOfTrace(whole), spanId }) };
}
