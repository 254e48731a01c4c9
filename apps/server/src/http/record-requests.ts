import type { MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";

/** Counts and logs each request: nothing of its headers or its query, where secrets may be. */
export function recordRequests(metrics: Metrics, log: Logger): MiddlewareHandler {
  return async (context, next) => {
    const startedMs = performance.now();
    await next();
    const { method, path } = context.req;
    const { status } = context.res;
    const tookMs = Math.round(performance.now() - startedMs);
    metrics.requestAnswered(method, status, tookMs);
    log.info({ method, path, status, tookMs }, "answered a request");
  };
}
