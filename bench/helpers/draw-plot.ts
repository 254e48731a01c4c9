import type { Plot } from "./measure.ts";

const size = { width: 640, height: 360, left: 70, right: 20, top: 40, bottom: 50 };
/** Told apart by eyes that see few colours, on light and dark pages alike (Okabe and Ito). */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];
const ink = "#808080";

/** A plot as SVG: lines through the measured points, from zero up. */
export function drawPlot({ xLabel, yLabel, isLogX = false, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((one, other) => one - other);
  const yTicks = ticks(Math.max(...points.map(([, y]) => y)));
  const scale = (x: number) => (isLogX ? Math.log(x) : x);
  const [first, last] = [scale(xs[0] ?? 0), scale(xs.at(-1) ?? 1)];
  const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };
  const xOf = (x: number) => fixed(size.left + ((scale(x) - first) / (last - first || 1)) * inner.width);
  const yOf = (y: number) => fixed(size.top + (1 - y / (yTicks.at(-1) ?? 1)) * inner.height);
  const bottom = size.height - size.bottom;

  const grid = yTicks.map(
    (y) =>
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${yOf(y)}" y2="${yOf(y)}" stroke="${ink}" stroke-opacity="0.3"/>` +
      text(size.left - 8, Number(yOf(y)) + 4, String(y), "end"),
  );
  const xTexts = xs.map((x) => text(Number(xOf(x)), bottom + 18, String(x), "middle"));
  const lines = series.map(({ name, points: own }, index) => {
    const colour = colours[index % colours.length] ?? ink;
    const path = own.map(([x, y]) => `${xOf(x)},${yOf(y)}`).join(" ");
    const dots = own.map(([x, y]) => `<circle cx="${xOf(x)}" cy="${yOf(y)}" r="3" fill="${colour}"/>`);
    const legendX = size.left + (index * inner.width) / series.length;
    const legend = `<rect x="${fixed(legendX)}" y="14" width="12" height="4" fill="${colour}"/>${text(legendX + 18, 20, name, "start")}`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}${legend}`;
  });
  const labels = [
    text(size.left + inner.width / 2, size.height - 10, xLabel, "middle"),
    `<g transform="translate(16 ${size.top + inner.height / 2}) rotate(-90)">${text(0, 0, yLabel, "middle")}</g>`,
  ];
  const title = `<title>${escapeText(`${yLabel} against ${xLabel}`)}</title>`;
  const body = [title, ...grid, ...xTexts, ...lines, ...labels].join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12" fill="${ink}">\n${body}\n</svg>\n`;
}

/** Zero and four to six round steps above it, the last no less than `most`. */
function ticks(most: number): number[] {
  const rough = Math.max(most, Number.MIN_VALUE) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

function text(x: number, y: number, words: string, anchor: string): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escapeText(words)}</text>`;
}

function escapeText(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}
