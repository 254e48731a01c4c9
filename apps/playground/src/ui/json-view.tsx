import type { ReactNode } from "react";
import { ScrollRegion } from "./scroll-region.tsx";

/** JSON with its keys and values told apart by colour. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  return (
    <ScrollRegion className="code" label={label}>
      <pre>{text.length > longestColoured ? text : colour(text)}</pre>
    </ScrollRegion>
  );
}

const longestColoured = 100_000;
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function colour(text: string): ReactNode[] {
  const nodes: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(token)) {
    const [whole, quoted, colon] = match;
    nodes.push(text.slice(end, match.index));
    const kind = colon !== undefined ? "key" : quoted !== undefined ? "string" : "literal";
    nodes.push(
      <span key={match.index} className={`json-${kind}`}>
        {whole}
      </span>,
    );
    end = match.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
