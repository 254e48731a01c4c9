import { traceOfJob } from "@oomol/connect-shared/job-trace";
import { readTraceContext, type TraceContext } from "@oomol/connect-shared/trace-context";
import type { BlockPayload } from "../wire/messages.ts";
import type { ExecutorParts } from "./executor-parts.ts";

/**
 * Where in a trace a job is. The engine of flows says where the flow is, in the environment; if our server makes the spans of its nodes,
 * each job has one of its own, and otherwise the flow's is the nearest there is.
 */
export function placeInTrace(
  { job_id, trace }: BlockPayload,
  { environment, jobsHaveSpans }: Pick<ExecutorParts, "environment" | "jobsHaveSpans">,
): TraceContext | undefined {
  if (trace !== undefined) return trace;
  const flow = readTraceContext(environment.TRACEPARENT, environment.TRACESTATE);
  return flow && jobsHaveSpans ? traceOfJob(flow, job_id) : flow;
}
