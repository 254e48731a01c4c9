import { isSvg } from "@oomol/connect-shared/is-svg";

/** What a preview's source is: an address, a path, a data URL or base64 (scriptlet-context 2). */
export type Source = { kind: "url"; url: string } | { kind: "path"; path: string };

/** `fallbackType` is the MIME type that bare base64 is taken for. */
export function classifySource(source: string, fallbackType: string): Source {
  if (/^(https?|data|blob):/i.test(source)) return { kind: "url", url: source };
  if (source.startsWith("file://")) return { kind: "path", path: pathOfFileUrl(source) };
  if (isSvg(source)) return { kind: "url", url: svgUrl(source) };
  if (isBase64(source)) return { kind: "url", url: `data:${fallbackType};base64,${source}` };
  return { kind: "path", path: source };
}

/** One that is no address, or has a percent sign of its own, is shown as it is. */
function pathOfFileUrl(source: string): string {
  try {
    return decodeURI(new URL(source).pathname);
  } catch {
    return source;
  }
}

/** For an `<img>`, where SVG can neither run scripts nor load anything. */
export function svgUrl(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.toWellFormed())}`;
}

/** Long enough not to be a file name. */
function isBase64(text: string): boolean {
  return text.length >= 64 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
