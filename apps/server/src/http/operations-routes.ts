import { Hono } from "hono";
import type { Metrics } from "../metrics.ts";
import { identifyCaller } from "./auth.ts";
import { answerNotFound, createErrorHandler } from "./errors.ts";
import { createReadiness, type ReadinessParts } from "./readiness.ts";
import type { TokenList } from "./token-list.ts";

export interface OperationsRoutesParts extends ReadinessParts {
  tokens: TokenList;
  metrics: Metrics;
}

/** What the people and programs ask that keep the server running: `/healthz`, `/readyz` and `/metrics`. */
export function operationsRoutes(parts: OperationsRoutesParts): Hono {
  const { tokens, metrics } = parts;
  const readReadiness = createReadiness(parts);
  const routes = new Hono();
  routes.get("/healthz", (context) => context.json({ status: "ok" }));

  routes.get("/readyz", async (context) => {
    const { reason, warnings } = await readReadiness();
    const told = warnings.length > 0 && { warnings };
    return reason === undefined
      ? context.json({ status: "ready", ...told })
      : context.json({ status: "not ready", reason, ...told }, 503);
  });

  routes.get("/metrics", identifyCaller(tokens), async (context) =>
    context.body(await metrics.read(), 200, { "Content-Type": metrics.contentType }),
  );
  return routes;
}

/** All that a process without an API answers. */
export function createOperationsApp(parts: OperationsRoutesParts): Hono {
  const app = new Hono();
  app.onError(createErrorHandler(parts.log));
  app.notFound(answerNotFound);
  return app.route("/", operationsRoutes(parts));
}
