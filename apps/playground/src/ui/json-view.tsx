import { type ReactNode, useCallback } from "react";
import { jsonPieces } from "./json-pieces.ts";
import { PagedText } from "./paged-text.tsx";

interface JsonViewProps {
  value: unknown;
  label: string;
  fileName?: string;
}

/** JSON with its keys and values told apart by colour; of a large one the beginning, and more when it is asked for. */
export function JsonView({ value, label, fileName }: JsonViewProps) {
  const pieces = useCallback((characters: number) => jsonPieces(value, characters), [value]);
  return <PagedText label={label} pieces={pieces} draw={colour} fileName={fileName} />;
}

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
