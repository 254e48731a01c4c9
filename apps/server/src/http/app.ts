import { type ExtensionName, extensionsHeader } from "@oomol/connect-core/wire";
import { Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";
import type { ReadStatus } from "../status/create-status.ts";
import type { AppletsFile } from "./applets-file.ts";
import { appletsRoutes } from "./applets-routes.ts";
import { identifyCaller } from "./auth.ts";
import { blocksRoutes } from "./blocks-routes.ts";
import { BytesInFlight } from "./bytes-in-flight.ts";
import type { CallerEnv } from "./callers.ts";
import { answerNotFound, createErrorHandler } from "./errors.ts";
import { type EventsRoutesParts, eventsRoutes } from "./events-routes.ts";
import { announceStatus, serveExtensions } from "./extensions.ts";
import { type InstallsRoutesParts, installsRoutes } from "./installs-routes.ts";
import { describeApi } from "./openapi.ts";
import { type OperationsRoutesParts, operationsRoutes } from "./operations-routes.ts";
import { guardOrigin } from "./origin-guard.ts";
import { playgroundRoutes } from "./playground-routes.ts";
import { limitRate } from "./rate-limit.ts";
import { recordRequests } from "./record-requests.ts";
import { type OtherProcesses, SharedStreams } from "./shared-streams.ts";
import { statusRoute } from "./status-route.ts";
import { type TasksRoutesParts, tasksRoutes } from "./tasks-routes.ts";
import type { TokenList } from "./token-list.ts";
import { tusHeaders } from "./upload-headers.ts";
import { uploadsRoutes } from "./uploads-routes.ts";
import { webhooksRoutes } from "./webhooks-routes.ts";

export interface AppParts
  extends TasksRoutesParts,
    EventsRoutesParts,
    InstallsRoutesParts,
    OperationsRoutesParts {
  limits: TasksRoutesParts["limits"];
  applets: AppletsFile;
  extensions: readonly ExtensionName[];
  requestsPerMinute: number | undefined;
  metrics: Metrics;
  readStatus: ReadStatus;
  playgroundDirectory: string | undefined;
  host: string;
  tokens: TokenList;
  allowedOrigins: readonly string[];
  log: Logger;
}

const inFlightBytes = 40 * 1024 * 1024;
const answerBytes = 64 * 1024 * 1024;

/** What a process gives, with the others that answer the same callers, if there are any. */
type GivenParts = Omit<AppParts, "inFlight" | "answers" | "streams"> & { others?: OtherProcesses };

/** The whole HTTP surface, as a web-standard `fetch`. */
export function createApp(given: GivenParts): Hono<CallerEnv> {
  // Bodies are a string, and an object, before they are stored.
  const { bodyLimitBytes } = given.limits;
  const callerBytes = Math.max(inFlightBytes, 2 * bodyLimitBytes);
  const inFlight = new BytesInFlight("requests", callerBytes + bodyLimitBytes, callerBytes);
  const answers = new BytesInFlight("answers", answerBytes, (answerBytes * 3) / 4);
  const streams = new SharedStreams(given.others);
  const parts: AppParts = { ...given, inFlight, answers, streams };
  const app = new Hono<CallerEnv>();
  app.onError(createErrorHandler(parts.log));
  app.notFound(answerNotFound);

  app.use(serveExtensions(parts.extensions));
  app.use(guardOrigin(parts));
  app.use(recordRequests(parts.metrics, parts.log));
  app.route("/", operationsRoutes(parts));

  // A preflight carries no token, so it is answered before tokens are asked for.
  const allowOrigins = cors({
    origin: [...parts.allowedOrigins],
    exposeHeaders: [
      ...[extensionsHeader, "Preference-Applied", "Accept-Ranges", "Content-Range", "ETag"],
      ...tusHeaders,
    ],
    maxAge: 600,
  });
  const rate = limitRate(parts.requestsPerMinute, parts.tokens);
  const allowAsked: MiddlewareHandler = (context, next) =>
    context.req.header("Origin") === undefined ? next() : allowOrigins(context, next);
  const status = announceStatus(parts.extensions);
  for (const path of ["/api/*", "/rpc/*"])
    app.use(path, allowAsked, identifyCaller(parts.tokens), rate, status);
  // A service of its own elsewhere: clients take its address, which may be that of the API.
  for (const path of ["/", "/api"]) app.route(path, appletsRoutes(parts.applets));
  const description = describeApi();
  app.get("/api/openapi.json", (context) => context.json(description));
  app.route("/api", blocksRoutes(parts.catalog));
  app.route("/api/packages/install", installsRoutes(parts));
  app.route("/api/v1/tasks", tasksRoutes(parts));
  app.route("/api/v1/events", eventsRoutes(parts));
  app.route("/api/v1/webhooks", webhooksRoutes(parts.webhooks));
  app.route("/api/v1/uploads", uploadsRoutes(parts.uploads, parts.limits));
  app.route("/api", statusRoute(parts.readStatus));
  // Last, and without a token: the app asks for one itself.
  app.route("/", playgroundRoutes(parts.playgroundDirectory));
  return app;
}
