import { type ExtensionName, extensionNames, extensionsHeader } from "@oomol/connect-core/wire";
import type { MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";
import { type CallerEnv, hasRole } from "./callers.ts";
import { taskPageParameters } from "./task-pages.ts";

const uploads = "/api/v1/uploads";

/**
 * Names the extensions (connect-api 6) on every answer, refusals included. What asks for one that is off goes
 * unheard, as it does on a server that knows none.
 */
export function serveExtensions(names: readonly ExtensionName[]): MiddlewareHandler {
  const off = extensionNames.filter((name) => !names.includes(name));
  const forAll = names.filter((name) => name !== "status").join(", ");
  return async (context, next) => {
    if (off.length > 0) {
      const { method, path } = context.req;
      const isOff =
        (off.includes("files") && /\/v1\/tasks\/[^/]+\/files\//.test(path)) ||
        (off.includes("delete") && method === "DELETE" && !path.startsWith(uploads)) ||
        (off.includes("shared-events") && path.startsWith("/api/v1/events/")) ||
        (off.includes("status") && path === "/api/v1/status") ||
        (off.includes("webhooks") && path.startsWith("/api/v1/webhooks/")) ||
        (off.includes("uploads") && path.startsWith(uploads));
      if (isOff) throw new Refusal(404, `There is no ${method} ${path} here.`);
      context.req.raw = withoutExtensions(context.req.raw, off);
    }
    // Before there is an answer: changing the headers of one makes it anew.
    if (forAll.length > 0) context.header(extensionsHeader, forAll);
    await next();
  };
}

/** Names the extension `status` as well, to those who may use it. */
export function announceStatus(names: readonly ExtensionName[]): MiddlewareHandler<CallerEnv> {
  const all = names.join(", ");
  const isOn = names.includes("status");
  return async (context, next) => {
    if (isOn && hasRole(context.var.caller, "admin")) context.header(extensionsHeader, all);
    await next();
  };
}

/**
 * The same request without what asks for extensions that are off. Its body stays where it is: a new request would begin to read it
 * as a stream of the web, beside whoever reads it as Node does, and hold it up for good.
 */
function withoutExtensions(request: Request, off: readonly ExtensionName[]): Request {
  const url = new URL(request.url);
  const headers = new Headers(request.headers);
  if (off.includes("after")) url.searchParams.delete("after");
  if (off.includes("pages")) for (const name of taskPageParameters) url.searchParams.delete(name);
  if (off.includes("wait")) headers.delete("Prefer");
  if (off.includes("idempotency")) headers.delete("Idempotency-Key");
  if (off.includes("events")) headers.delete("Accept");
  if (off.includes("shared-events")) headers.delete("Connect-Events");
  const changed: Record<PropertyKey, unknown> = { url: url.href, headers };
  return new Proxy(request, {
    get(target, name) {
      if (Object.hasOwn(changed, name)) return changed[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
