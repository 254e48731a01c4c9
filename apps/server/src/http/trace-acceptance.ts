import type { ExtensionName } from "@oomol/connect-core/wire";
import { readTraceContext, type TraceContext } from "@oomol/connect-shared/trace-context";
import { Refusal } from "../refusal.ts";
import type { StoredTask } from "../store/task-rows.ts";
import { noTracing, type Tracing } from "../tracing/tracing.ts";
import { messageOf } from "../values.ts";

/**
 * Accepts a task within a span of the trace that its request names (connect-api 6.13); `accept` gets what the task's own spans
 * belong to.
 */
export async function traceAcceptance<Accepted extends { task: Pick<StoredTask, "id" | "blockId"> }>(
  {
    tracing = noTracing,
    extensions,
  }: { tracing?: Tracing | undefined; extensions: readonly ExtensionName[] },
  { headers }: Request,
  accept: (trace: TraceContext | undefined) => Promise<Accepted>,
): Promise<Accepted> {
  const isOn = extensions.includes("traces");
  const parent = isOn ? readTraceContext(headers.get("traceparent"), headers.get("tracestate")) : undefined;
  const span = tracing.start("POST /v1/tasks", parent, { kind: "server", attributes: request });
  try {
    const accepted = await accept(span.context);
    const { id, blockId } = accepted.task;
    span.set({ "http.response.status_code": 200, "oomol.task.id": id, "oomol.block.id": blockId });
    span.end();
    return accepted;
  } catch (failure) {
    const status = failure instanceof Refusal ? failure.status : 500;
    span.set({ "http.response.status_code": status });
    // What a client did wrong is no failure of the server's (semantic conventions of HTTP).
    span.end(status >= 500 ? messageOf(failure) : undefined);
    throw failure;
  }
}

const request = { "http.request.method": "POST", "http.route": "/v1/tasks" };
