import { useState } from "react";
import { ScrollRegion } from "./scroll-region.tsx";
import { ShowAll } from "./show-all.tsx";

const longest = 100_000;

/** Plain text; of a long one the beginning, until all of it is asked for. */
export function TextView({ text, label }: { text: string; label: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > longest;
  return (
    <>
      <ScrollRegion className="code" label={label}>
        <pre>{isCut ? `${text.slice(0, longest)}…` : text}</pre>
      </ScrollRegion>
      {isCut && <ShowAll onShow={() => setWhole(true)} />}
    </>
  );
}
