/** An element of any document, such as that of Observable Plot: `<svg>`, or a `<figure>` around it. */
export interface SvgElement {
  readonly tagName: string;
  readonly outerHTML: string;
}

/** Whether this is an element of some document. */
export function isElement(value: unknown): value is SvgElement {
  if (typeof value !== "object" || value === null) return false;
  const { tagName, outerHTML } = value as Partial<SvgElement>;
  return typeof tagName === "string" && typeof outerHTML === "string";
}
