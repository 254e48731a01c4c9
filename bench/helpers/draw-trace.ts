/** A span, as far as a picture shows it. */
export interface DrawnSpan {
  name: string;
  spanId: string;
  parentSpanId: string | undefined;
  /** Who has made it; each has a colour. */
  by: string;
  /** Epoch milliseconds, with fractions. */
  startMs: number;
  endMs: number;
}

const size = { width: 860, label: 300, right: 80, top: 46, row: 22, indent: 14 };
/** Told apart by eyes that see few colours, on light and dark pages alike (Okabe and Ito). */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];
const ink = "#808080";
const steps = 5;

/** One trace as SVG: a row for each span, below the one that it is a part of, and a bar from its start to its end. */
export function drawTrace(spans: readonly DrawnSpan[], title: string): string {
  const rows = inTree(spans);
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const wholeMs = Math.max(...spans.map((span) => span.endMs)) - startMs;
  const makers = [...new Set(rows.map(({ span }) => span.by))];
  const height = size.top + rows.length * size.row + 30;
  const width = size.width - size.label - size.right;
  const xOf = (ms: number) => size.label + ((ms - startMs) / wholeMs) * width;

  const legend = makers.map((by, index) => {
    const x = size.label + index * 130;
    return `<rect x="${x}" y="14" width="12" height="12" rx="2" fill="${colours[index]}"/>${text(x + 18, 24, by)}`;
  });
  const grid = Array.from({ length: steps + 1 }, (_, index) => {
    const x = xOf(startMs + (index / steps) * wholeMs);
    const bottom = height - 24;
    const line = `<line x1="${fixed(x)}" x2="${fixed(x)}" y1="${size.top - 8}" y2="${bottom}" stroke="${ink}" stroke-opacity="0.25"/>`;
    return line + text(x, bottom + 16, `${Math.round((index / steps) * wholeMs)} ms`, "middle");
  });
  const bars = rows.map(({ span, depth }, index) => {
    const y = size.top + index * size.row;
    const x = xOf(span.startMs);
    const length = Math.max(2, xOf(span.endMs) - x);
    const tookMs = span.endMs - span.startMs;
    const took = tookMs < 10 ? tookMs.toFixed(1) : tookMs.toFixed(0);
    return [
      text(10 + depth * size.indent, y + 13, span.name),
      `<rect x="${fixed(x)}" y="${y + 3}" width="${fixed(length)}" height="13" rx="2" fill="${colours[makers.indexOf(span.by)]}"/>`,
      text(x + length + 5, y + 13, `${took} ms`),
    ].join("");
  });
  const body = [`<title>${escapeText(title)}</title>`, ...legend, ...grid, ...bars].join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" font-family="sans-serif" font-size="12" fill="${ink}">\n${body}\n</svg>\n`;
}

function inTree(spans: readonly DrawnSpan[]): { span: DrawnSpan; depth: number }[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined, depth: number): { span: DrawnSpan; depth: number }[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? !ids.has(parentSpanId ?? "") : parentSpanId === parent,
      )
      .sort((one, other) => one.startMs - other.startMs)
      .flatMap((span) => [{ span, depth }, ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}

function text(x: number, y: number, words: string, anchor = "start"): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escapeText(words)}</text>`;
}

function escapeText(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}
