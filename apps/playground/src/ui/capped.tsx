import { type ReactNode, useState } from "react";
import { ShowAll } from "./show-all.tsx";

/** The first of many, and the rest when it is asked for. */
export function Capped<Item>({
  items,
  most,
  children,
}: {
  items: readonly Item[];
  most: number;
  children: (item: Item, position: number) => ReactNode;
}) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? items : items.slice(0, most);
  return (
    <>
      {shown.map(children)}
      {shown.length < items.length && <ShowAll count={items.length} onShow={() => setWhole(true)} />}
    </>
  );
}
