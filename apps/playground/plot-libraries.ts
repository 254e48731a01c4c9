import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);

const vega = dirname(require.resolve("vega/vega-schema.json"));
const vegaLite = dirname(require.resolve("vega-lite/vega-lite-schema.json"));
const plotly = dirname(require.resolve("plotly.js-dist-min"));

/** By the names in public/preview-frame.js. */
const libraries = {
  "vega.js": { file: join(vega, "vega.min.js"), licence: join(vega, "../LICENSE") },
  "vega-lite.js": { file: join(vegaLite, "vega-lite.min.js"), licence: join(vegaLite, "../LICENSE") },
  "plotly.js": { file: join(plotly, "plotly.min.js"), licence: join(plotly, "LICENSE") },
};

const files: Record<string, () => string> = {
  ...Object.fromEntries(Object.entries(libraries).map(([name, { file }]) => [name, () => codeOf(file)])),
  "third-party-notices.md": () =>
    Object.entries(libraries)
      .map(([name, { licence }]) => `## ${name}\n\n${readFileSync(licence, "utf8").trim()}\n`)
      .join("\n"),
};

/** Puts the libraries that plots are drawn with beside the page: whoever has the server has them, without a network. */
export function plotLibraries(): Plugin {
  return {
    name: "plot-libraries",
    generateBundle() {
      for (const [name, make] of Object.entries(files)) {
        this.emitFile({ type: "asset", fileName: `plot-libraries/${name}`, source: make() });
      }
    },
    configureServer(server) {
      for (const [name, make] of Object.entries(files)) {
        server.middlewares.use(`/plot-libraries/${name}`, (_request, response) => {
          response.setHeader("Content-Type", name.endsWith(".js") ? "text/javascript" : "text/plain");
          response.end(make());
        });
      }
    },
  };
}

/** Without the name of a source map, which is not handed on. */
function codeOf(file: string): string {
  return readFileSync(file, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
}
