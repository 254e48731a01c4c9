import type { ExecutorReady } from "../wire/messages.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";

/** Tells the engine that it may send jobs (oocana-protocol 2.3). */
export function encodeExecutorReady({
  sessionId,
  identifier,
  packagePath,
  inspectPort,
}: ExecutorArguments): string {
  const ready: ExecutorReady = {
    type: "ExecutorReady",
    session_id: sessionId,
    executor_name: "nodejs",
    package: packagePath ?? null,
    identifier: identifier ?? null,
    process_id: process.pid,
    ...(inspectPort !== undefined && { inspect_wait: inspectPort }),
  };
  return JSON.stringify(ready);
}
