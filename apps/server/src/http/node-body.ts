import { IncomingMessage } from "node:http";
import type { Context } from "hono";

/**
 * The body of a request as Node reads it, which nobody else reads then; `undefined` if another server took the request. As a
 * stream of the web each chunk passes through several more queues, which takes longer than writing it.
 */
export function nodeBody(context: Context): IncomingMessage | undefined {
  const { incoming } = (context.env ?? {}) as { incoming?: unknown };
  return incoming instanceof IncomingMessage ? incoming : undefined;
}
