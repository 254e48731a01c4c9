import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { proxy } from "./proxy.ts";

const app = new Hono();
app.all("/api/*", (context) => proxy(context.req.raw));
app.get("*", serveStatic({ root: "dist" }));

const server = serve(
  { fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 8080) },
  ({ port }) => console.log(`http://127.0.0.1:${port}`),
);
process.once("SIGTERM", () => server.close());
