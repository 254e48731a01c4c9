import { Hono } from "hono";
import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";
import type { TaskStore } from "../store/task-store.ts";
import { identifyCaller } from "./auth.ts";
import { answerNotFound, createErrorHandler } from "./errors.ts";
import type { TokenList } from "./token-list.ts";

export interface OperationsRoutesParts {
  tokens: TokenList;
  metrics: Metrics;
  store: TaskStore;
  /** Why no tasks are taken now, in a sentence; nothing if they are. */
  whyNotReady(): string | undefined;
}

/** What the people and programs ask that keep the server running: `/healthz`, `/readyz` and `/metrics`. */
export function operationsRoutes({ tokens, metrics, store, whyNotReady }: OperationsRoutesParts): Hono {
  const routes = new Hono();
  routes.get("/healthz", (context) => context.json({ status: "ok" }));

  routes.get("/readyz", async (context) => {
    const reason = await store
      .ping()
      .then(whyNotReady, () => "The database does not answer, or takes nothing.");
    return reason === undefined
      ? context.json({ status: "ready" })
      : context.json({ status: "not ready", reason }, 503);
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
