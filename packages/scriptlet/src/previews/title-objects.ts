/** Members of a figure that hold the author's own data, or have titles of their own kind. */
const leftAlone = new Set([
  "customdata",
  "meta",
  "annotations",
  "shapes",
  "images",
  "sliders",
  "updatemenus",
]);
/** A figure has no deeper titles. */
const mostLevels = 6;

/**
 * A figure in which each `title: "text"` is `title: { text }`: the first is what older versions of Plotly take, and many examples
 * show; newer ones draw no title then, and say nothing.
 */
export function withTitleObjects<Figure extends object>(figure: Figure): Figure {
  return titled(figure, 0) as Figure;
}

function titled(value: unknown, level: number): unknown {
  if (level > mostLevels || typeof value !== "object" || value === null) return value;
  // Traces and frames; what holds data is looked at no further.
  if (Array.isArray(value)) return level <= 1 ? value.map((item) => titled(item, level + 1)) : value;
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key === "title" && typeof member === "string") return [key, { text: member }];
      return [key, leftAlone.has(key) ? member : titled(member, level + 1)];
    }),
  );
}
