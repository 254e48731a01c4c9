import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);

const builds = {
  vega: dirname(require.resolve("vega/vega-schema.json")),
  vegaLite: dirname(require.resolve("vega-lite/vega-lite-schema.json")),
  plotly: dirname(require.resolve("plotly.js-dist-min")),
};

/** By the names in public/preview-frame.js; each with the licence that it asks to be handed on. */
const files: Record<string, string> = {
  "vega.js": join(builds.vega, "vega.min.js"),
  "vega.LICENSE.txt": join(builds.vega, "../LICENSE"),
  "vega-lite.js": join(builds.vegaLite, "vega-lite.min.js"),
  "vega-lite.LICENSE.txt": join(builds.vegaLite, "../LICENSE"),
  "plotly.js": join(builds.plotly, "plotly.min.js"),
  "plotly.LICENSE.txt": join(builds.plotly, "LICENSE"),
};

/** Puts the libraries that plots are drawn with beside the page: whoever has the server has them, without a network. */
export function plotLibraries(): Plugin {
  return {
    name: "plot-libraries",
    generateBundle() {
      for (const [name, file] of Object.entries(files)) {
        this.emitFile({ type: "asset", fileName: `plot-libraries/${name}`, source: readFileSync(file) });
      }
    },
    configureServer(server) {
      for (const [name, file] of Object.entries(files)) {
        server.middlewares.use(`/plot-libraries/${name}`, (_request, response) => {
          response.setHeader("Content-Type", name.endsWith(".js") ? "text/javascript" : "text/plain");
          response.end(readFileSync(file));
        });
      }
    },
  };
}
