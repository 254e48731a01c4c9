import { isSvg } from "@oomol/connect-shared/is-svg";
import { isElement, type SvgElement } from "../values/element.ts";
import { wellFormed } from "../wire/well-formed.ts";
import { type PlotlyFigure, page, plotlyPage, vegaPage } from "./plot-page.ts";

/** A plot of a charting library, recognized by its shape. */
export type Plot = VegaSpec | PlotlyFigure | SvgElement;

/** A Vega-Lite or Vega specification; without `$schema`, one that has a mark, and encoding or data. */
type VegaSpec =
  | { readonly $schema?: string }
  | { readonly $schema: string; readonly [key: string]: unknown }
  | { readonly mark: string | object; readonly [key: string]: unknown };

/** The preview that shows a plot; undefined if the value is not a plot. */
export function plotPreview(value: unknown): { type: "image" | "html"; data: string } | undefined {
  if (typeof value === "string") return isSvg(value) ? { type: "image", data: svgSource(value) } : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (isElement(value)) return elementPreview(value);
  if (isVega(value)) return { type: "html", data: vegaPage(value) };
  return isPlotly(value) ? { type: "html", data: plotlyPage(value) } : undefined;
}

/** SVG, as text or element, as the source of an image; any other value unchanged. */
export function toImageSource(value: unknown): unknown {
  if (typeof value === "string") return isSvg(value) ? svgSource(value) : value;
  if (!isElement(value)) return value;
  const svg = firstSvg(value.outerHTML);
  return svg === undefined ? value : svgSource(svg);
}

/** To the last end of one, since pictures may hold pictures. */
function firstSvg(html: string): string | undefined {
  const start = html.search(/<svg[\s>]/i);
  const end = [...html.matchAll(/<\/svg>/gi)].at(-1);
  if (start < 0 || end === undefined || end.index < start) return undefined;
  return html.slice(start, end.index + end[0].length);
}

/** A `<figure>` has titles and legends beside its picture, which only HTML keeps. */
function elementPreview(element: SvgElement): { type: "image" | "html"; data: string } {
  const isPicture = element.tagName.toLowerCase() === "svg";
  return isPicture
    ? { type: "image", data: svgSource(element.outerHTML) }
    : { type: "html", data: page("", element.outerHTML) };
}

/** Images, unlike pages, need the namespace. */
function svgSource(svg: string): string {
  const opening = /<svg[\s>][^>]*/i.exec(svg)?.[0] ?? "";
  const named = /\sxmlns\s*=/.test(opening)
    ? svg
    : svg.replace(/<svg/i, '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(wellFormed(named))}`;
}

function isVega(value: object): boolean {
  if ("$schema" in value) return /\/schema\/vega(-lite)?\//.test(String(value.$schema));
  return "mark" in value && ("encoding" in value || "data" in value);
}

function isPlotly(value: object): value is PlotlyFigure {
  if (!("data" in value) || !Array.isArray(value.data) || "type" in value) return false;
  return value.data.every((trace) => typeof trace === "object" && trace !== null);
}
