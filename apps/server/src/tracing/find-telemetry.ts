import type * as OpenTelemetry from "@opentelemetry/api";
import type { SpanIds } from "./relayed-span.ts";
import { createTracing, noTracing, type Tracing } from "./tracing.ts";

type Api = typeof OpenTelemetry;

export interface Telemetry {
  tracing: Tracing;
  /** Gets what is counted and measured. */
  meter: OpenTelemetry.Meter | undefined;
}

/**
 * What OpenTelemetry is told, by whatever SDK has been registered in this process before; without one it only passes traces on, and
 * without its API, which a server may do without, so does this one.
 */
export async function findTelemetry(
  version: string,
  ids: SpanIds | undefined,
  load: () => Promise<Api> = () => import("@opentelemetry/api"),
): Promise<Telemetry> {
  const api = await load().catch((error: unknown) => {
    if ((error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  });
  if (api === undefined) return { tracing: noTracing, meter: undefined };
  return {
    tracing: createTracing(api, version, ids),
    meter: api.metrics.getMeter("@oomol/connect-server", version),
  };
}
