import { Hono } from "hono";
import { listRunnables } from "../packages/list-runnables.ts";
import { type PackageCatalog, runnablesOf } from "../packages/package-catalog.ts";
import { inLanguage } from "../packages/package-words.ts";
import { blockAnswer } from "./answers.ts";

/** What is installed: `GET /v1/blocks` and `GET /packages`. */
export function blocksRoutes(catalog: PackageCatalog): Hono {
  const routes = new Hono();

  routes.get("/v1/blocks", async (context) => {
    const packages = await catalog.list();
    const language = context.req.header("Accept-Language");
    const runnables = new Set(await listRunnables(packages));
    const blocks = packages.flatMap((one) =>
      runnablesOf(one)
        .filter((runnable) => runnables.has(runnable))
        .map((runnable) => inLanguage(blockAnswer(runnable), one.words ?? {}, language)),
    );
    context.header("Vary", "Accept-Language", { append: true });
    return context.json({ blocks });
  });

  routes.get("/packages", async (context) => {
    const { packages, problems } = await catalog.inspect();
    return context.json({ packages: packages.map(({ name, version }) => ({ name, version })), problems });
  });

  return routes;
}
