import { plotJson } from "./plot-json.ts";
import { withTitleObjects } from "./title-objects.ts";

/** What Vega draws on a dark page, unless the specification has a background of its own. */
const darkVega = {
  background: "transparent",
  axis: { domainColor: "#8d8a99", gridColor: "#3d3b48", tickColor: "#8d8a99" },
  style: {
    "guide-label": { fill: "#c9c6d4" },
    "guide-title": { fill: "#dedbe8" },
    "group-title": { fill: "#dedbe8" },
    "group-subtitle": { fill: "#c9c6d4" },
    cell: { stroke: "#3d3b48" },
  },
};

const darkAxis = { gridcolor: "#3d3b48", linecolor: "#8d8a99", zerolinecolor: "#55525f" };

/** The same for Plotly, as a template. */
const darkPlotly = {
  layout: {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: "#dedbe8" },
    xaxis: darkAxis,
    yaxis: darkAxis,
  },
};

/** A page that draws a Vega or Vega-Lite specification. */
export function vegaPage(spec: object): string {
  const isVega = "$schema" in spec && /\/schema\/vega\//.test(String(spec.$schema));
  const view = isVega ? "vega.parse(spec, config)" : "vega.parse(vegaLite.compile(spec, { config }).spec)";
  const draw = `
    const hasOwn = spec.background || (spec.config && spec.config.background);
    const config = isDark && !hasOwn ? ${inScript(JSON.stringify(darkVega))} : {};
    if (view) view.finalize();
    // Vega itself draws an empty plot.
    const missing = new Set();
    const loader = vega.loader();
    const load = loader.load.bind(loader);
    loader.load = (url, options) => load(url, options).catch((error) => { missing.add(url); throw error; });
    view = new vega.View(${view}, { renderer: "svg", container: "#plot", hover: true, loader });
    await view.runAsync();
    if (missing.size > 0) {
      say("This plot needs data from " + [...missing].join(" and ") + ", which could not be loaded here. Give it the rows themselves (data.values).");
    }`;
  // Without a parser of dates, a specification expects times as numbers.
  const data = `const spec = ${inScript(plotJson(spec, (milliseconds) => milliseconds))}; let view;`;
  return plotPage(isVega ? ["vega@6"] : ["vega@6", "vega-lite@6"], data, draw);
}

export interface PlotlyFigure {
  data: readonly object[];
  layout?: object;
  /** Of an animation. */
  frames?: readonly object[];
  config?: object;
}

/** A page that draws a Plotly figure. */
export function plotlyPage({ data, layout = {}, frames, config }: PlotlyFigure): string {
  const figure = withTitleObjects({ data, layout, ...(frames && { frames }) });
  const draw = `
    const margin = { l: 48, r: 16, t: figure.layout.title ? 56 : 16, b: 40 };
    const layout = { margin, ...figure.layout };
    const hasOwn = layout.paper_bgcolor || layout.template;
    const shown = isDark && !hasOwn ? { ...layout, template: ${inScript(JSON.stringify(darkPlotly))} } : layout;
    return Plotly.newPlot("plot", { ...figure, layout: shown, config });`;
  const settings = { responsive: true, ...config };
  const asText = (milliseconds: number) => new Date(milliseconds).toISOString();
  return plotPage(
    ["plotly.js-dist-min@4"],
    `const figure = ${inScript(plotJson(figure, asText))}; const config = ${inScript(plotJson(settings, asText))};`,
    draw,
  );
}

/** The playground has these libraries itself, and looks for exactly these addresses. */
const cdn = "https://cdn.jsdelivr.net/npm";

const libraryGlobals: Record<string, string> = {
  "vega@6": "vega",
  "vega-lite@6": "vegaLite",
  "plotly.js-dist-min@4": "Plotly",
};

/** `draw` runs now and whenever the reader changes between light and dark; it says why if it cannot. */
function plotPage(libraries: readonly string[], data: string, draw: string): string {
  const scripts = libraries.map((name) => `<script src="${cdn}/${name}"></script>`).join("");
  const needed = libraries.map((name) => [name, libraryGlobals[name]]);
  const script = `${data}
    const theme = matchMedia("(prefers-color-scheme: dark)");
    const missing = ${JSON.stringify(needed)}.filter(([, name]) => !(name in window)).map(([name]) => name);
    const say = (reason) => { document.getElementById("plot").textContent = reason; };
    const draw = async (isDark) => {${draw}};
    const show = () => draw(theme.matches).catch((error) => say("This plot cannot be drawn: " + error.message));
    if (missing.length > 0) say("This plot needs " + missing.join(" and ") + " from ${cdn}, which could not be loaded.");
    else { theme.addEventListener("change", show); show(); }`;
  return page(
    // Vega draws as wide as its specification says, also for a phone.
    `<meta name="color-scheme" content="light dark"><style>#plot svg.marks { max-width: 100%; height: auto; }</style>${scripts}`,
    `<div id="plot"></div><script>${script}</script>`,
  );
}

/** A page around the markup of an element. */
export function page(head: string, body: string): string {
  return `<!doctype html><html><head><meta charset="utf-8">${head}</head><body>${body}</body></html>`;
}

/** A `</script>` inside a value must not end the script. */
function inScript(json: string): string {
  return json.replaceAll("<", "\\u003c");
}
