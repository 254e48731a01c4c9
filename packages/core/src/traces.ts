/**
 * Traces by OpenTelemetry (`@opentelemetry/api`). A door of its own, so that nothing of it is part of the client.
 *
 * @module @oomol/connect-core/traces
 */

export { createTracedClient, type TraceOptions } from "./traces/create-traced-client.ts";
export type { TracedClient } from "./traces/traced-client.ts";
