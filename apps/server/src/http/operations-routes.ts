import { Hono } from "hono";
import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";
import type { TaskStore } from "../store/task-store.ts";
import { identifyCaller, type KnownToken } from "./auth.ts";
import { answerNotFound, createErrorHandler } from "./errors.ts";

export interface OperationsRoutesParts {
  tokens: readonly KnownToken[];
  metrics: Metrics;
  store: TaskStore;
  /** False while the server takes up earlier tasks, and once it closes. */
  isReady(): boolean;
}

/** What the people and programs ask that keep the server running: `/healthz`, `/readyz` and `/metrics`. */
export function operationsRoutes({ tokens, metrics, store, isReady }: OperationsRoutesParts): Hono {
  const routes = new Hono();
  routes.get("/healthz", (context) => context.json({ status: "ok" }));

  routes.get("/readyz", async (context) => {
    const hasDatabase = await store.ping().then(
      () => true,
      () => false,
    );
    const isFine = isReady() && hasDatabase;
    return context.json({ status: isFine ? "ready" : "not ready" }, isFine ? 200 : 503);
  });

  routes.get("/metrics", identifyCaller(tokens), async (context) =>
    context.body(await metrics.read(), 200, { "Content-Type": metrics.contentType }),
  );
  return routes;
}

/** All that a process without an API answers. */
export function createOperationsApp(parts: OperationsRoutesParts & { log: Logger }): Hono {
  const app = new Hono();
  app.onError(createErrorHandler(parts.log));
  app.notFound(answerNotFound);
  return app.route("/", operationsRoutes(parts));
}
