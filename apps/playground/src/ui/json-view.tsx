import { type ReactNode, useMemo, useState } from "react";
import { ScrollRegion } from "./scroll-region.tsx";
import { shortJson, wholeJson } from "./short-json.ts";
import { ShowAll } from "./show-all.tsx";

/** JSON with its keys and values told apart by colour; of a large one the beginning, until all of it is asked for. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const [isWhole, setWhole] = useState(false);
  const { text, isCut } = useMemo(
    () => (isWhole ? { text: wholeJson(value), isCut: false } : shortJson(value, longestColoured)),
    [value, isWhole],
  );
  return (
    <>
      <ScrollRegion className="code" label={label}>
        <pre>{text.length > longestColoured * 1.5 ? text : colour(text)}</pre>
      </ScrollRegion>
      {isCut && <ShowAll onShow={() => setWhole(true)} />}
    </>
  );
}

const longestColoured = 60_000;
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
