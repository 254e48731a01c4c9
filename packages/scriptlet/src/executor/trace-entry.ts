import { createRequire } from "node:module";
import { join } from "node:path";
import { remoteSpan, type TraceContext } from "@oomol/connect-shared/trace-context";
import type * as OpenTelemetry from "@opentelemetry/api";

/** Calls a function inside of a trace, with all that it goes on to do. */
export type TraceEntry = <Result>(work: () => Result) => Result;

/**
 * The way into a trace for code that uses OpenTelemetry, so that the spans it makes belong there. Nothing if nobody has
 * registered an SDK in this process, for whom it would be done.
 */
export async function traceEntry(trace: TraceContext, directory: string): Promise<TraceEntry | undefined> {
  if (!Object.hasOwn(globalThis, registry)) return undefined;
  const api = await loadApi(directory);
  if (api === undefined) return undefined;
  const context = api.trace.setSpanContext(api.ROOT_CONTEXT, remoteSpan(trace, api.createTraceState));
  return (work) => api.context.with(context, work);
}

/** Where every copy of the API of this major version finds what is registered. */
const registry = Symbol.for("opentelemetry.js.api.1");

/** The copy of the block's package; or of whoever runs the server, for a package without one whose SDK stands elsewhere. */
async function loadApi(directory: string): Promise<typeof OpenTelemetry | undefined> {
  try {
    return createRequire(join(directory, "block.js"))("@opentelemetry/api");
  } catch {
    return import("@opentelemetry/api").catch(() => undefined);
  }
}
