import { Hono } from "hono";
import { Refusal } from "../refusal.ts";
import { messageOf } from "../values.ts";
import type { AppletsFile } from "./applets-file.ts";

/** `POST /rpc/listApplets`. */
export function appletsRoutes(applets: AppletsFile): Hono {
  const routes = new Hono();
  routes.post("/rpc/listApplets", async (context) => {
    const listed = await applets.list().catch((error: unknown) => {
      throw new Refusal(503, messageOf(error));
    });
    return context.json(listed);
  });
  return routes;
}
