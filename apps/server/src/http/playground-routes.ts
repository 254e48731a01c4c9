import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

/** Nothing inline, nothing from elsewhere. */
const pagePolicy =
  "default-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; frame-src 'self' data: blob:; style-src 'self'; frame-ancestors 'self'";

/** Where HTML of blocks is shown: an origin of its own that reaches neither the page nor the network, but for the
 * libraries that plots are drawn with (vega compiles its expressions).
 */
const previewPolicy =
  "sandbox allow-scripts; default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' https://cdn.jsdelivr.net; style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; font-src data:";

/** The web app at `/`; no routes if it has not been built. */
export function playgroundRoutes(directory: string | undefined): Hono {
  const routes = new Hono();
  if (directory === undefined) return routes;
  const files = serveStatic({ root: directory });
  routes.get("*", async (context, next) => {
    const isPreview = context.req.path === "/preview-frame.html";
    context.header("Content-Security-Policy", isPreview ? previewPolicy : pagePolicy);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    return files(context, next);
  });
  return routes;
}
