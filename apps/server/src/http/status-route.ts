import { Hono } from "hono";
import type { ReadStatus } from "../status/create-status.ts";
import { requireRole } from "./auth.ts";
import type { CallerEnv } from "./callers.ts";

/** `GET /v1/status` (connect-api 6.9). */
export function statusRoute(readStatus: ReadStatus): Hono<CallerEnv> {
  const route = new Hono<CallerEnv>();
  route.get("/v1/status", requireRole("admin", "see how the server is"), async (context) =>
    context.json({ status: await readStatus(), success: true }),
  );
  return route;
}
