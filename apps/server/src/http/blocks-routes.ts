import { Hono } from "hono";
import { type PackageCatalog, runnablesOf } from "../packages/package-catalog.ts";
import { blockAnswer } from "./answers.ts";

/** What is installed: `GET /v1/blocks` and `GET /packages`. */
export function blocksRoutes(catalog: PackageCatalog): Hono {
  const routes = new Hono();

  routes.get("/v1/blocks", async (context) => {
    const packages = await catalog.list();
    return context.json({ blocks: packages.flatMap(runnablesOf).map(blockAnswer) });
  });

  routes.get("/packages", async (context) => {
    const packages = await catalog.list();
    return context.json({ packages: packages.map(({ name, version }) => ({ name, version })) });
  });

  return routes;
}
