import { type ExtensionName, extensionsHeader } from "@oomol/connect-core/wire";
import type { MiddlewareHandler } from "hono";

/** What this server really does, of the extensions that `connect-api.md` describes. */
const extensions: readonly ExtensionName[] = ["wait", "after", "events", "idempotency", "files"];

/** Names the extensions on every answer, refusals included. */
export const announceExtensions: MiddlewareHandler = async (context, next) => {
  await next();
  context.res.headers.set(extensionsHeader, extensions.join(", "));
};
