import { carryOut } from "./carry-out.ts";
import type { Handling } from "./handling.ts";
import type { OperationName, ProxyOperation } from "./operation.ts";
import { type ConnectProxyOptions, type ResolvedProxyOptions, resolveProxyOptions } from "./options.ts";
import { answerPreflight, guardOrigin, sealAnswer } from "./origin-guard.ts";
import { queryOf } from "./query.ts";
import { Refusal } from "./refusal.ts";
import { upstreamHeaders } from "./request-headers.ts";
import { matchRoute } from "./routes.ts";

/** Answers every request; never rejects. */
export type ConnectProxy = (request: Request) => Promise<Response>;

/**
 * A Connect server's API on the app's own origin, with the token kept out of the page: only the API's own routes, only the
 * allowed blocks, only the callers whom `authorize` allows. It uses web standards only, so it runs wherever there
 * is `fetch`; mount it in any server that uses `Request` and `Response`.
 *
 * @example
 * const proxy = createConnectProxy({
 *   baseUrl: "https://connect.example.com/api",
 *   apiToken: "api-…",
 *   allowBlocks: ["audio-lab::*"],
 *   authorize: async (request) => isSignedIn(request),
 * });
 * @throws {@link InvalidInputError} if an option is missing or invalid; `authorize` is required.
 */
export function createConnectProxy(options: ConnectProxyOptions): ConnectProxy {
  const resolved = resolveProxyOptions(options);
  const { allowedOrigins } = resolved;
  return async (request) => {
    const preflight = answerPreflight(request, allowedOrigins);
    const answer = preflight ?? (await answerRequest(request, resolved));
    return sealAnswer(answer, request, allowedOrigins);
  };
}

async function answerRequest(request: Request, options: ResolvedProxyOptions): Promise<Response> {
  try {
    return await handle(request, options);
  } catch (failure) {
    const refusal =
      failure instanceof Refusal
        ? failure
        : new Refusal(500, "The proxy failed to answer.", { cause: failure });
    if (refusal.cause !== undefined) tell(options, refusal.cause, request);
    return refusal.response;
  }
}

function tell({ onFailure }: ResolvedProxyOptions, failure: unknown, request: Request): void {
  try {
    onFailure(failure, request);
  } catch {
    // A listener must not change the answer.
  }
}

async function handle(request: Request, options: ResolvedProxyOptions): Promise<Response> {
  guardOrigin(request, options.allowedOrigins);
  const { pathname, searchParams } = new URL(request.url);
  const isBelow = pathname.startsWith(`${options.basePath}/`);
  const route = isBelow ? matchRoute(request.method, pathname.slice(options.basePath.length + 1)) : undefined;
  if (!route || !isOffered(route.name, options))
    throw new Refusal(404, "There is no such call of the Connect API here.");
  const base = route.name === "applets.list" ? options.appletsUrl : options.baseUrl;
  const { headers, holdMs } = upstreamHeaders(request, route);
  const url = `${base}${route.upstreamPath}${queryOf(route.name, searchParams)}`;
  const handling: Handling = {
    request,
    route,
    options,
    call: { name: route.name, method: route.method, url, headers, holdMs },
    authorize: (operation) => authorize(request, operation, options),
  };
  return carryOut(handling);
}

function isOffered(name: OperationName, { allowInstalls, appletsUrl }: ResolvedProxyOptions): boolean {
  if (name === "applets.list") return appletsUrl !== undefined;
  return name === "packages.list" || !name.startsWith("packages.") || allowInstalls;
}

async function authorize(
  request: Request,
  operation: ProxyOperation,
  { authorize: decide }: ResolvedProxyOptions,
): Promise<void> {
  if (decide === "public") {
    if (operation.name !== "tasks.list") return;
    throw new Refusal(403, "Tasks of others are not listed here.");
  }
  const decision = await decide(request, operation);
  // Not `instanceof`: servers define a Response of their own beside the runtime's.
  if (typeof decision === "object" && decision?.status >= 200) throw new Refusal(decision);
  if (decision !== true) throw new Refusal(403, "You may not do this.");
}
