import type { HonoRequest } from "hono";

/** Whether a request asks for server-sent events. */
export function wantsEvents(request: HonoRequest): boolean {
  const isAccepted = request.header("Accept")?.includes("text/event-stream") === true;
  return isAccepted && request.method !== "HEAD"; // there would be nothing to follow
}
