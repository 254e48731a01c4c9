import { Hono } from "hono";
import { type PackageCatalog, runnablesOf } from "../packages/package-catalog.ts";
import { inLanguage } from "../packages/package-words.ts";
import { hasSlots } from "../packages/read-package.ts";
import { blockAnswer } from "./answers.ts";

/** What is installed: `GET /v1/blocks` and `GET /packages`. */
export function blocksRoutes(catalog: PackageCatalog): Hono {
  const routes = new Hono();

  routes.get("/v1/blocks", async (context) => {
    const packages = await catalog.list();
    const language = context.req.header("Accept-Language");
    const blocks = packages.flatMap((one) =>
      runnablesOf(one)
        .filter((runnable) => !hasSlots(runnable))
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
